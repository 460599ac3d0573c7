import { createHmac, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { KeyAddress } from './key-address.ts';
import type { MaterialKind } from './key-specs.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';
import { makeMaterial, unavailableKeyType } from './make-material.ts';

/** One generation of a key's secret. */
export interface KeyMaterial {
  /** 64 hexadecimal digits, which AWS calls KeyMaterialId. */
  readonly id: string;
  /** A secret key, or a private key. */
  readonly key: KeyObject;
  /** Of an asymmetric key. */
  readonly publicKey: KeyObject | undefined;
}

/** Material with the content of its row; who stores the content zeroises it. */
export interface NewMaterial {
  readonly material: KeyMaterial;
  readonly content: Uint8Array;
}

/** The first byte of a material's row: which form the secret has. */
const rowFormats = { secret: 1, pkcs8: 2 } as const;
const idLabel = 'keyfold emulator: KMS key material id';

/** Fresh material for a key. */
export async function createKeyMaterial(address: KeyAddress, kind: MaterialKind): Promise<NewMaterial> {
  return takeMaterial(address, kind, await makeMaterial(kind));
}

/** Material from bytes that are its own (see `asMaterial`); zeroises them. */
export function takeMaterial(address: KeyAddress, kind: MaterialKind, bytes: Uint8Array): NewMaterial {
  const content = new Uint8Array(1 + bytes.byteLength);
  content[0] = kind.kind === 'secret' ? rowFormats.secret : rowFormats.pkcs8;
  content.set(bytes, 1);
  bytes.fill(0);
  return { material: materialOf(content, address), content };
}

/**
 * Reads a material's row and zeroises `content`.
 *
 * The row holds the material in the clear. AWS keeps it inside hardware; an emulator has nothing above its own state to wrap it
 * with, and protects test data only: who can read the state folder (mode 0600) is its owner.
 *
 * @throws {KmsStateUnreadableError} where the row is not one, or belongs to another key
 * @throws {KmsFault} UnsupportedOperationException where a newer Node made a key of a type that this one does not have
 */
export function readKeyMaterial(content: Uint8Array, id: string, address: KeyAddress): KeyMaterial {
  try {
    const material = materialOf(content, address);
    if (material.id !== id)
      throw new KmsStateUnreadableError('A KMS key material does not have the id it is stored under.');
    return material;
  } finally {
    content.fill(0);
  }
}

/**
 * The id is derived, so that the same material imported or seeded twice has the same id, and a damaged row shows. It tells
 * nothing of the material: HMAC-SHA-256 is a pseudo-random function of its key, which has at least 128 random bits.
 */
function materialOf(content: Uint8Array, { keyId }: KeyAddress): KeyMaterial {
  const secret = Buffer.from(content.buffer, content.byteOffset + 1, content.byteLength - 1);
  const id = createHmac('sha256', secret).update(`${idLabel}\0${keyId}`).digest('hex');
  if (content[0] === rowFormats.secret) return { id, key: createSecretKey(secret), publicKey: undefined };
  if (content[0] !== rowFormats.pkcs8)
    throw new KmsStateUnreadableError('The row of a KMS key material has another format.');
  const key = privateKeyOf(secret);
  return { id, key, publicKey: createPublicKey(key) };
}

function privateKeyOf(secret: Buffer): KeyObject {
  // Some of Node 22 can read what none of it can use.
  const type = hasPostQuantumKeys ? undefined : postQuantumType(secret);
  if (type !== undefined) throw unavailableKeyType(type);
  try {
    return createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' });
  } catch {
    // The runtime's own error is not kept: it may quote what it could not read.
    throw new KmsStateUnreadableError('A KMS key material is no private key.');
  }
}

/** Node 22 does not have such keys, and may be given a state that a newer one has made. */
const hasPostQuantumKeys = 'encapsulate' in process.getBuiltinModule('node:crypto');

/** RFC 9881 §3 and RFC 9935 §3: how the identifiers of all their sizes begin, in DER. */
const postQuantumTypes: readonly (readonly [type: string, identifier: Buffer])[] = [
  ['ML-DSA', Buffer.from('06096086480165030403', 'hex')],
  ['ML-KEM', Buffer.from('06096086480165030404', 'hex')],
];

/** RFC 5958 §2: the identifier comes after a SEQUENCE's head, the version and another head. */
const identifierEnd = 20;

function postQuantumType(privateKey: Buffer): string | undefined {
  const start = privateKey.subarray(0, identifierEnd);
  return postQuantumTypes.find(([, identifier]) => start.includes(identifier))?.[0];
}
