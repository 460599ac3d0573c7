import { createPrivateKey, generateKeyPair, type KeyObject, randomFillSync } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import type { MaterialKind } from './key-specs.ts';

const encoding = {
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
} as const;

/** A key pair as AWS hands it out: SubjectPublicKeyInfo and PKCS #8, both in DER. */
export interface EncodedKeyPair {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

/** A fresh key pair. Made off the main thread: an RSA key takes up to a second. */
export function makeKeyPair(kind: Exclude<MaterialKind, { kind: 'secret' }>): Promise<EncodedKeyPair> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, publicKey: Buffer, privateKey: Buffer): void => {
      if (error === null) resolve({ publicKey, privateKey });
      else reject(error);
    };
    switch (kind.kind) {
      case 'rsa':
        generateKeyPair('rsa', { modulusLength: kind.modulusLength, ...encoding }, done);
        break;
      case 'ec':
        generateKeyPair('ec', { namedCurve: kind.namedCurve, ...encoding }, done);
        break;
      case 'named':
        generateNamed(kind.type, done);
        break;
    }
  });
}

/** @throws {KmsFault} UnsupportedOperationException where the runtime does not have such keys: Node 22 has no ML-DSA and ML-KEM */
function generateNamed(
  type: string,
  done: (error: Error | null, publicKey: Buffer, privateKey: Buffer) => void,
): void {
  try {
    // Node types an overload a key type, and all of these take the same options.
    generateKeyPair(type as 'ed25519', encoding, done);
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE'))
      throw error;
    throw unavailableKeyType(type);
  }
}

/** For a key type that the runtime does not have. */
export function unavailableKeyType(type: string): KmsFault {
  return new KmsFault(
    'UnsupportedOperationException',
    `Keys of type ${type} are not available in the Keyfold emulator on this version of Node.`,
  );
}

/** Fresh material: random bytes, or a private key in PKCS #8. The caller zeroises it. */
export async function makeMaterial(kind: MaterialKind): Promise<Uint8Array> {
  if (kind.kind !== 'secret') return (await makeKeyPair(kind)).privateKey;
  return randomFillSync(new Uint8Array(kind.byteLength));
}

/**
 * The bytes as material of such a key, which they are by their length, or as a private key of its type, size and curve; undefined
 * where they are none. A private key comes back as the runtime encodes it, without attributes; one of a curve that was given
 * without its public key stays so, and counts as other material than with it.
 */
export function asMaterial(kind: MaterialKind, bytes: Buffer): Uint8Array | undefined {
  if (kind.kind === 'secret') return bytes.byteLength === kind.byteLength ? new Uint8Array(bytes) : undefined;
  const key = readPrivateKey(bytes);
  return key !== undefined && isOfKind(key, kind) ? key.export({ type: 'pkcs8', format: 'der' }) : undefined;
}

function isOfKind(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  kind: Exclude<MaterialKind, { kind: 'secret' }>,
): boolean {
  if (kind.kind === 'rsa') return type === 'rsa' && details?.modulusLength === kind.modulusLength;
  if (kind.kind === 'ec') return type === 'ec' && details?.namedCurve === kind.namedCurve;
  return type === kind.type;
}

function readPrivateKey(key: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  }
}
