import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import { commonName, extensions, makeCertificate, subjectOf } from './certificates/certificate.ts';
import { StateUnusableError, StateUnwritableError } from './errors.ts';
import { addressBytes, type ServerNames, serverNames } from './server-names.ts';
import type { StateFolder } from './state-folder.ts';

/** The emulator's HTTPS identity: a certificate for the names that it answers to under a CA of this state folder's own. */
export interface LocalAuthority {
  /** The CA's certificate, PEM: what a client is told to trust. */
  readonly ca: string;
  readonly caFile: string;
  readonly certPem: string;
  readonly keyPem: string;
  /** `sha256/` and base64 of SHA-256 over the server key's DER SubjectPublicKeyInfo (RFC 7469 §2.4). */
  readonly pin: string;
}

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

interface Identity {
  readonly authority: PemPair;
  readonly leaf: PemPair;
}

const validity = (days: number) => ({
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + days * dayMs),
});

const makeKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

function makeAuthority(): PemPair {
  const { publicKey, privateKey } = makeKeys();
  const name = commonName('Keyfold emulator local CA');
  const certPem = makeCertificate({
    issuer: name,
    subject: name,
    ...validity(authorityDays),
    publicKey,
    signingKey: privateKey,
    extensions: [extensions.authority(), extensions.signsCertificates(), extensions.subjectKey(publicKey)],
  });
  return { certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** @param kept - key of the certificate that is replaced, so that a client that pinned it goes on; absent: a new one. */
function makeLeaf(authority: PemPair, names: ServerNames, kept?: string): PemPair {
  const signingKey = createPrivateKey(authority.keyPem);
  const privateKey = kept === undefined ? makeKeys().privateKey : createPrivateKey(kept);
  const publicKey = createPublicKey(privateKey);
  const certPem = makeCertificate({
    issuer: subjectOf(new X509Certificate(authority.certPem).raw),
    subject: commonName('localhost'),
    ...validity(leafDays),
    publicKey,
    signingKey,
    extensions: [
      extensions.leaf(),
      extensions.signsData(),
      extensions.servers(),
      extensions.names(names.dns, names.addresses.map(addressBytes)),
      extensions.authorityKey(createPublicKey(signingKey)),
    ],
  });
  return { certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** True where the certificate is for each of the names. */
function covers(leaf: PemPair, { dns, addresses }: ServerNames): boolean {
  const certificate = new X509Certificate(leaf.certPem);
  return (
    dns.every((name) => certificate.checkHost(name, { subject: 'never' }) !== undefined) &&
    addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
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

/** What is kept, made where it is absent or about to expire. */
function keptIdentity(state: StateFolder, names: ServerNames): Identity {
  let authority = readPair(state, 'ca.pem', 'ca-key.pem');
  if (authority === undefined) {
    authority = makeAuthority();
    // The key goes first: a CA certificate without its key would be trusted by people and renewed by nobody.
    state.write('ca-key.pem', authority.keyPem);
    state.write('ca.pem', authority.certPem);
  }
  let leaf = readPair(state, 'server.pem', 'server-key.pem');
  const stored = leaf !== undefined && usable(leaf, authority) ? leaf : undefined;
  if (stored !== undefined && covers(stored, names)) return { authority, leaf: stored };
  leaf = makeLeaf(authority, names, stored?.keyPem);
  if (stored === undefined) state.write('server-key.pem', leaf.keyPem);
  state.write('server.pem', leaf.certPem);
  return { authority, leaf };
}

let processIdentity: Identity | undefined;

/** One for all emulators of this process that keep nothing: it ends with them, and a test starts many. */
function passingIdentity(state: StateFolder, names: ServerNames): Identity {
  if (processIdentity === undefined || !usable(processIdentity.leaf, processIdentity.authority)) {
    const authority = makeAuthority();
    processIdentity = { authority, leaf: makeLeaf(authority, names) };
  } else if (!covers(processIdentity.leaf, names)) {
    const { authority, leaf } = processIdentity;
    processIdentity = { authority, leaf: makeLeaf(authority, names, leaf.keyPem) };
  }
  state.write('ca.pem', processIdentity.authority.certPem);
  return processIdentity;
}

/**
 * Loads the state folder's CA and server certificate, making what is absent, about to expire or for other names.
 *
 * @param hosts - what the server is reached by beside the loopback's names.
 * @throws {InvalidOptionError} where a host is neither a name nor an address.
 * @throws {StateUnusableError} where a stored certificate cannot be read.
 * @throws {StateUnwritableError} where a new one cannot be stored.
 */
export function openLocalAuthority(state: StateFolder, hosts: readonly string[] = []): LocalAuthority {
  const names = serverNames(hosts);
  try {
    const { authority, leaf } = state.ephemeral ? passingIdentity(state, names) : keptIdentity(state, names);
    const spki = new X509Certificate(leaf.certPem).publicKey.export({ type: 'spki', format: 'der' });
    return {
      ca: authority.certPem,
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
