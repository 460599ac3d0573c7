import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  element,
  elementsOf,
  inside,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

/** A certificate to be made: of ECDSA with P-256 and SHA-256, version 3. RFC 5280 §4.1. */
export interface CertificateRequest {
  /** A distinguished name in DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

/** RFC 5758 §3.2: ecdsa-with-SHA256, without parameters. */
const signatureAlgorithm = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/** Makes and signs a certificate; PEM. */
export function makeCertificate(request: CertificateRequest): string {
  const toBeSigned = sequence(
    element(0xa0, integer(2)),
    integer(serialNumber()),
    signatureAlgorithm,
    request.issuer,
    sequence(time(request.notBefore), time(request.notAfter)),
    request.subject,
    request.publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...request.extensions)),
  );
  const signature = sign('sha256', toBeSigned, request.signingKey);
  const lines = sequence(toBeSigned, signatureAlgorithm, bitString(signature))
    .toString('base64')
    .replaceAll(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** RFC 5280 §4.1.2.2: positive, of at most 20 bytes. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** A distinguished name of a common name alone. */
export function commonName(name: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(name))));
}

/** The subject's name in DER, byte by byte, as RFC 5280 §6.1.3 (a)(4) compares it with an issuer's. */
export function subjectOf(certificate: Uint8Array): Uint8Array {
  const [toBeSigned = new Uint8Array()] = elementsOf(inside(certificate));
  // version, serial number, signature, issuer, validity, subject
  const subject = elementsOf(inside(toBeSigned))[5];
  if (subject === undefined) throw new RangeError('The certificate has no subject.');
  return subject;
}

/** RFC 5280 §4.2.1.2 (1): SHA-1 of the public key's bits. It names the key and protects nothing. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const bits = elementsOf(inside(publicKey.export({ type: 'spki', format: 'der' })))[1];
  if (bits === undefined) throw new RangeError('The public key has no bits.');
  return createHash('sha1').update(inside(bits).subarray(1)).digest();
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** RFC 5280 §4.2.1: the extensions that are needed here. */
export const extensions = {
  /** An authority that issues leaves only. */
  authority: (): Buffer => extension('2.5.29.19', true, sequence(boolean(true), integer(0))),
  leaf: (): Buffer => extension('2.5.29.19', true, sequence()),
  /** keyCertSign (5) and cRLSign (6). */
  signsCertificates: (): Buffer => extension('2.5.29.15', true, bitString(Buffer.from([0b0000_0110]), 1)),
  /** digitalSignature (0). */
  signsData: (): Buffer => extension('2.5.29.15', true, bitString(Buffer.from([0b1000_0000]), 7)),
  servers: (): Buffer => extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
  subjectKey: (key: KeyObject): Buffer => extension('2.5.29.14', false, octetString(keyIdentifier(key))),
  authorityKey: (key: KeyObject): Buffer =>
    extension('2.5.29.35', false, sequence(element(0x80, keyIdentifier(key)))),
  names: (dns: readonly string[], addresses: readonly Uint8Array[]): Buffer =>
    extension(
      '2.5.29.17',
      false,
      sequence(
        ...dns.map((name) => element(0x82, Buffer.from(name, 'ascii'))),
        ...addresses.map((address) => element(0x87, address)),
      ),
    ),
} as const;
