// @peculiar/x509 resolves its parts through decorators' metadata, which this import provides.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { mustStapleExtension, nameConstraintsExtension } from './certificate-extensions.ts';
import {
  type CertificateKeys,
  generateCertificateKeys,
  type KeyKind,
  type SignatureHash,
  signingAlgorithm,
  signingKey,
  spkiPin,
} from './certificate-keys.ts';

/** What a certificate of any kind may be made of. Valid from an hour ago for a day, unless said otherwise. */
interface CommonOptions {
  readonly commonName?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly key?: KeyKind;
  /** What the issuer signs with. Default: SHA-256. */
  readonly signatureHash?: SignatureHash;
}

/** What a test authority is. */
export interface AuthorityOptions extends CommonOptions {
  /** How many authorities may stand below it; any number, if left out. */
  readonly pathLength?: number;
  /** The DNS subtree in which alone names are permitted. */
  readonly permittedDnsName?: string;
  /** Whether it says that it is one; a false one is made to be refused. Default: true. */
  readonly ca?: boolean;
}

/** A leaf certificate's properties. Defaults: `localhost`, for servers. */
export interface CertificateOptions extends CommonOptions {
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usage?: 'server' | 'client';
  /** Names the host by `commonName` alone, as certificates did before RFC 2818. */
  readonly commonNameOnly?: boolean;
  readonly mustStaple?: boolean;
}

/** What a revocation list says. Issued an hour ago for a day, unless said otherwise. */
export interface RevocationOptions {
  readonly revoked?: readonly Pick<IssuedCertificate, 'serialNumber'>[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
}

export interface IssuedCertificate {
  readonly certPem: string;
  /** The certificate and, after it, those of the authorities between it and the root. */
  readonly chainPem: string;
  readonly keyPem: string;
  /** `sha256/` and the base64 of SHA-256 over the DER SubjectPublicKeyInfo (RFC 7469 §2.4). */
  readonly spkiSha256: string;
  /** In hexadecimal. */
  readonly serialNumber: string;
}

/** A certificate authority that exists for one test. */
export interface TestAuthority {
  readonly pem: string;
  /** Its own pin. */
  readonly spkiSha256: string;
  /** In hexadecimal. */
  readonly serialNumber: string;
  /** Its own certificate and those above it, the root left out; empty for a root. */
  readonly chainPem: string;
  issue(options?: CertificateOptions): Promise<IssuedCertificate>;
  /** An authority below this one. */
  issueAuthority(options?: AuthorityOptions): Promise<TestAuthority>;
  /** A revocation list in PEM. */
  revocationList(options?: RevocationOptions): Promise<string>;
}

const hour = 3_600_000;
const anHourAgo = (): Date => new Date(Date.now() - hour);
const tomorrow = (): Date => new Date(Date.now() + 24 * hour);

/**
 * Makes a certificate authority in memory, of P-256 unless said otherwise.
 *
 * @example
 * ```ts
 * const authority = await createCertificateAuthority();
 * const server = await authority.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
 * ```
 */
export async function createCertificateAuthority(options: AuthorityOptions = {}): Promise<TestAuthority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await generateCertificateKeys(options.key ?? 'ec-p256');
  const name = `CN=${options.commonName ?? 'Test authority'}`;
  return await authorityOf(
    keys,
    await sign(name, keys, { name, keys }, options, await caParts(keys, options)),
    '',
  );
}

/** Who signs: a name and its keys. */
interface Issuer {
  readonly name: string;
  readonly keys: CertificateKeys;
}

async function authorityOf(
  keys: CertificateKeys,
  certificate: x509.X509Certificate,
  chainPem: string,
): Promise<TestAuthority> {
  const issuer: Issuer = { name: certificate.subject, keys };
  return {
    pem: `${certificate.toString('pem')}\n`,
    spkiSha256: await spkiPin(keys.pair.publicKey),
    serialNumber: certificate.serialNumber,
    chainPem,
    issue: async (leaf = {}) => {
      const leafKeys = await generateCertificateKeys(leaf.key ?? 'ec-p256');
      const subject = `CN=${leaf.commonName ?? 'leaf'}`;
      const issued = await sign(subject, leafKeys, issuer, leaf, leafParts(leaf));
      const certPem = `${issued.toString('pem')}\n`;
      const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', leafKeys.pair.privateKey);
      return {
        certPem,
        chainPem: certPem + chainPem,
        keyPem: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
        spkiSha256: await spkiPin(leafKeys.pair.publicKey),
        serialNumber: issued.serialNumber,
      };
    },
    issueAuthority: async (below = {}) => {
      const belowKeys = await generateCertificateKeys(below.key ?? 'ec-p256');
      const subject = `CN=${below.commonName ?? 'Test intermediate'}`;
      const issued = await sign(subject, belowKeys, issuer, below, await caParts(belowKeys, below));
      return await authorityOf(belowKeys, issued, `${issued.toString('pem')}\n${chainPem}`);
    },
    revocationList: async ({ revoked = [], thisUpdate = anHourAgo(), nextUpdate = tomorrow() } = {}) => {
      const list = await x509.X509CrlGenerator.create({
        issuer: issuer.name,
        thisUpdate,
        nextUpdate,
        entries: revoked.map(({ serialNumber }) => ({ serialNumber, revocationDate: thisUpdate })),
        signingAlgorithm: signingAlgorithm(keys.kind, 'SHA-256'),
        signingKey: keys.pair.privateKey,
      });
      return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`; // the label of RFC 7468 §6, which OpenSSL asks for
    },
  };
}

async function sign(
  subject: string,
  subjectKeys: CertificateKeys,
  issuer: Issuer,
  options: CommonOptions,
  extensions: readonly x509.Extension[],
): Promise<x509.X509Certificate> {
  const hash = options.signatureHash ?? 'SHA-256';
  return await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer.name,
    publicKey: subjectKeys.pair.publicKey,
    signingKey: await signingKey(issuer.keys, hash),
    signingAlgorithm: signingAlgorithm(issuer.keys.kind, hash),
    notBefore: options.notBefore ?? anHourAgo(),
    notAfter: options.notAfter ?? tomorrow(),
    extensions: [
      ...extensions,
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.pair.publicKey),
    ],
  });
}

async function caParts(keys: CertificateKeys, options: AuthorityOptions): Promise<readonly x509.Extension[]> {
  return [
    new x509.BasicConstraintsExtension(options.ca ?? true, options.pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.pair.publicKey),
    ...(options.permittedDnsName === undefined ? [] : [nameConstraintsExtension(options.permittedDnsName)]),
  ];
}

function leafParts(leaf: CertificateOptions): readonly x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...(leaf.dnsNames ?? (leaf.ipAddresses ? [] : ['localhost'])).map((value) => ({
      type: 'dns' as const,
      value,
    })),
    ...(leaf.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const usage = leaf.usage === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
      true,
    ),
    new x509.ExtendedKeyUsageExtension([usage]),
    ...(leaf.commonNameOnly ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ...(leaf.mustStaple ? [mustStapleExtension()] : []),
  ];
}
