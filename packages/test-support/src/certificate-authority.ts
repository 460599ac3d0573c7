// @peculiar/x509 resolves its parts through decorators' metadata, which this import provides.
import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** What a test authority is called; every other property of it is fixed. */
export interface AuthorityOptions {
  readonly commonName?: string;
}

/** A leaf certificate's properties. Defaults: `localhost`, valid from an hour ago for a day, for servers. */
export interface CertificateOptions {
  readonly commonName?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly usage?: 'server' | 'client';
}

export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** `sha256/` and the base64 of SHA-256 over the DER SubjectPublicKeyInfo (RFC 7469 §2.4). */
  readonly spkiSha256: string;
}

/** A certificate authority that exists for one test. */
export interface TestAuthority {
  readonly pem: string;
  issue(options?: CertificateOptions): Promise<IssuedCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hour = 3_600_000;

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

/**
 * Makes a P-256 certificate authority in memory.
 *
 * @example
 * ```ts
 * const authority = await createCertificateAuthority();
 * const server = await authority.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
 * ```
 */
export async function createCertificateAuthority(options: AuthorityOptions = {}): Promise<TestAuthority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = `CN=${options.commonName ?? 'Test authority'}`;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 24 * hour),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  return {
    pem: certificate.toString('pem'),
    issue: async (leaf = {}) => {
      const leafKeys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const names: x509.JsonGeneralNames = [
        ...(leaf.dnsNames ?? (leaf.ipAddresses ? [] : ['localhost'])).map((value) => ({
          type: 'dns' as const,
          value,
        })),
        ...(leaf.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
      ];
      const usage =
        leaf.usage === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
      const issued = await x509.X509CertificateGenerator.create({
        subject: `CN=${leaf.commonName ?? 'leaf'}`,
        issuer: certificate.subject,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: leaf.notBefore ?? new Date(Date.now() - hour),
        notAfter: leaf.notAfter ?? new Date(Date.now() + 24 * hour),
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([usage]),
          new x509.SubjectAlternativeNameExtension(names),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const spki = new Uint8Array(await webcrypto.subtle.exportKey('spki', leafKeys.publicKey));
      return {
        certPem: issued.toString('pem'),
        keyPem: await exportKey(leafKeys.privateKey),
        spkiSha256: `sha256/${createHash('sha256').update(spki).digest('base64')}`,
      };
    },
  };
}
