import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { derElements, derSequence } from './der.ts';
import { pinOf } from './public-key-pins.ts';
import type { TlsErrorCode } from './tls-failures.ts';

/** Ends a handshake for a reason that Node does not know; the transport makes the error of its code of it. */
export class CertificateRefusal extends Error {
  readonly code: Exclude<TlsErrorCode, 'pin_mismatch'>;

  constructor(code: Exclude<TlsErrorCode, 'pin_mismatch'>, options?: ErrorOptions) {
    super(`The certificate is refused: ${code}.`, options);
    this.name = 'CertificateRefusal';
    this.code = code;
  }
}

/** As {@link CertificateRefusal}, for a key that is not pinned. */
export class UnpinnedKey extends Error {
  readonly presented: string;
  readonly configured: readonly string[];

  constructor(presented: string, configured: readonly string[]) {
    super('The public key of the certificate is not pinned.');
    this.name = 'UnpinnedKey';
    this.presented = presented;
    this.configured = configured;
  }
}

/**
 * What Node asks once a chain holds: whether the certificate is this host's, and all that Node does not look at. Only the
 * leaf is looked at, which is proven by the handshake: the chain as Node presents it may hold certificates that no
 * signature ties to it. OpenSSL has checked the keys and signatures of the verified chain, by the security level.
 *
 * Never throws: Node calls it from an event, where nobody would catch it.
 *
 * @param pins none, where none are configured
 */
export function checkCertificate(
  host: string,
  certificate: PeerCertificate,
  pins: readonly string[],
): Error | undefined {
  // The built-in check first: this one replaces it.
  try {
    const mismatch = checkServerIdentity(host, certificate);
    if (mismatch !== undefined && isIP(host) !== 6) return mismatch;
    const leaf = new X509Certificate(certificate.raw);
    // Node 22 takes an IPv6 address for a name, and finds it in no certificate; OpenSSL does.
    if (mismatch !== undefined && leaf.checkIP(host) === undefined) return mismatch;
    return checkLeaf(host, leaf, pins);
  } catch (cause) {
    return new CertificateRefusal('certificate_rejected', { cause });
  }
}

function checkLeaf(host: string, leaf: X509Certificate, pins: readonly string[]): Error | undefined {
  const refused = leafChecks.find(({ refuses }) => refuses(leaf, host));
  if (refused !== undefined) return new CertificateRefusal(refused.code);
  if (pins.length === 0) return undefined;
  const presented = pinOf(leaf);
  return pins.includes(presented) ? undefined : new UnpinnedKey(presented, pins);
}

const leafChecks: readonly {
  readonly code: CertificateRefusal['code'];
  refuses(leaf: X509Certificate, host: string): boolean;
}[] = [
  { code: 'certificate_without_names', refuses: (leaf, host) => !isNamed(leaf, host) },
  { code: 'certificate_key_weak', refuses: hasWeakKey },
  { code: 'certificate_signature_weak', refuses: hasWeakSignature },
  { code: 'certificate_must_staple', refuses: (leaf) => leaf.raw.includes(tlsFeature) },
];

/** Whether a subject alternative name is the host; Node also takes the common name where there is none. */
function isNamed(leaf: X509Certificate, host: string): boolean {
  const name = host.replace(/\.$/, '');
  const found = isIP(name) === 0 ? leaf.checkHost(name, { subject: 'never' }) : leaf.checkIP(name);
  return found !== undefined;
}

/** NIST SP 800-131A §5: RSA below 2,048 bits is disallowed. */
function hasWeakKey(leaf: X509Certificate): boolean {
  const { modulusLength } = leaf.publicKey.asymmetricKeyDetails ?? {};
  return modulusLength !== undefined && modulusLength < 2048;
}

/** Object identifiers of signatures over MD2, MD5 and SHA-1, in hexadecimal (RFC 3279 §2.2). */
const weakSignatures: ReadonlySet<string> = new Set([
  '2a864886f70d010102', // md2WithRSAEncryption
  '2a864886f70d010104', // md5WithRSAEncryption
  '2a864886f70d010105', // sha1WithRSAEncryption
  '2a8648ce380403', // id-dsa-with-sha1
  '2a8648ce3d0401', // ecdsa-with-SHA1
]);

function hasWeakSignature(leaf: X509Certificate): boolean {
  if (leaf.checkIssued(leaf)) return false; // its own signature proves nothing, whatever it is made over
  const [, algorithm] = derSequence(leaf.raw);
  const [oid] = derElements(algorithm?.content ?? new Uint8Array());
  return weakSignatures.has(Buffer.from(oid?.content ?? []).toString('hex'));
}

/** The object identifier of the TLS feature extension (RFC 7633 §6), as it stands in a certificate. */
const tlsFeature: Buffer = Buffer.from('06082b06010505070118', 'hex');
