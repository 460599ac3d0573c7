// @peculiar/x509 resolves its parts through decorators' metadata, which this import provides.
import 'reflect-metadata';
import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { StateUnusableError, StateUnwritableError } from './errors.ts';
import type { StateFolder } from './state-folder.ts';

/** The emulator's HTTPS identity: a certificate for the loopback's names under a CA of this state folder's own. */
export interface LocalAuthority {
  /** The CA's certificate, PEM: what a client is told to trust. */
  readonly caPem: string;
  readonly caFile: string;
  readonly certPem: string;
  readonly keyPem: string;
  /** `sha256/` and base64 of SHA-256 over the server key's DER SubjectPublicKeyInfo (RFC 7469 §2.4). */
  readonly pin: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
/** Clients refuse leaves that live longer than 398 days; a CA on one's own disk may live for years. */
const leafDays = 397;
const authorityDays = 3_650;
/** A leaf is made anew while a month of it is left, so that a running emulator does not expire. */
const renewBeforeDays = 30;

interface PemPair {
  readonly certPem: string;
  readonly keyPem: string;
}

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), algorithm, false, ['sign']);
}

const validity = (days: number) => ({
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + days * dayMs),
});

async function makeAuthority(): Promise<PemPair> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Keyfold emulator local CA',
    keys,
    signingAlgorithm: algorithm,
    ...validity(authorityDays),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: certificate.toString('pem'), keyPem: await privateKeyPem(keys.privateKey) };
}

async function makeLeaf(authority: PemPair): Promise<PemPair> {
  const ca = new x509.X509Certificate(authority.certPem);
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: await importPrivateKey(authority.keyPem),
    signingAlgorithm: algorithm,
    ...validity(leafDays),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
    ],
  });
  return { certPem: certificate.toString('pem'), keyPem: await privateKeyPem(keys.privateKey) };
}

/** True where the stored leaf was issued by the stored CA, belongs to the stored key and does not end soon. */
function usable(leaf: PemPair, authority: PemPair): boolean {
  const certificate = new X509Certificate(leaf.certPem);
  const ca = new X509Certificate(authority.certPem);
  const endsAt = Date.parse(certificate.validTo);
  // A run that was killed between writing the key and the certificate leaves a pair that does not match.
  return (
    certificate.verify(ca.publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(leaf.keyPem)) &&
    endsAt - Date.now() > renewBeforeDays * dayMs
  );
}

function readPair(
  state: StateFolder,
  certFile: 'ca.pem' | 'server.pem',
  keyFile: 'ca-key.pem' | 'server-key.pem',
): PemPair | undefined {
  const certPem = state.read(certFile)?.toString('utf8');
  const keyPem = state.read(keyFile)?.toString('utf8');
  return certPem === undefined || keyPem === undefined ? undefined : { certPem, keyPem };
}

/**
 * Loads the state folder's CA and server certificate, making what is absent or about to expire.
 *
 * @throws {StateUnusableError} where a stored certificate cannot be read.
 * @throws {StateUnwritableError} where a new one cannot be stored.
 */
export async function openLocalAuthority(state: StateFolder): Promise<LocalAuthority> {
  x509.cryptoProvider.set(webcrypto);
  try {
    let authority = readPair(state, 'ca.pem', 'ca-key.pem');
    if (authority === undefined) {
      authority = await makeAuthority();
      // The key goes first: a CA certificate without its key would be trusted by people and renewed by nobody.
      state.write('ca-key.pem', authority.keyPem);
      state.write('ca.pem', authority.certPem);
    }
    let leaf = readPair(state, 'server.pem', 'server-key.pem');
    if (leaf === undefined || !usable(leaf, authority)) {
      leaf = await makeLeaf(authority);
      state.write('server-key.pem', leaf.keyPem);
      state.write('server.pem', leaf.certPem);
    }
    const spki = new X509Certificate(leaf.certPem).publicKey.export({ type: 'spki', format: 'der' });
    return {
      caPem: authority.certPem,
      caFile: state.file('ca.pem'),
      ...leaf,
      pin: `sha256/${createHash('sha256').update(spki).digest('base64')}`,
    };
  } catch (error) {
    if (error instanceof StateUnwritableError) throw error;
    throw new StateUnusableError(state.file('ca.pem'), 'or a certificate or key beside it cannot be read', {
      cause: error,
    });
  }
}
