import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { SecretBytes } from '@keyfold/crypto-core';
import type { KeyAddress } from './key-address.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';

/** One generation of a key's secret: an AES-256 key. */
export interface KeyMaterial {
  /** 64 hexadecimal digits, which AWS calls KeyMaterialId. */
  readonly id: string;
  readonly key: KeyObject;
}

/** The first byte of a material's row. */
const rowFormat = 1;
const materialByteLength = 32;
const idLabel = 'keyfold emulator: KMS key material id';

/** Fresh material and the row's content for it; the caller zeroises the content once it is stored. */
export function createKeyMaterial(address: KeyAddress): { material: KeyMaterial; content: Uint8Array } {
  using secret = SecretBytes.random(materialByteLength);
  const content = new Uint8Array(1 + materialByteLength);
  content[0] = rowFormat;
  content.set(secret.reveal(), 1);
  return { material: materialOf(secret.reveal(), address), content };
}

/**
 * Reads a material's row and zeroises `content`.
 *
 * The row holds the material in the clear. AWS keeps it inside hardware; an emulator has nothing above its own state to wrap it
 * with, and protects test data only: who can read the state folder (mode 0600) is its owner.
 *
 * @throws {KmsStateUnreadableError} where the row is not one, or belongs to another key
 */
export function readKeyMaterial(content: Uint8Array, id: string, address: KeyAddress): KeyMaterial {
  if (content.byteLength !== 1 + materialByteLength || content[0] !== rowFormat)
    throw new KmsStateUnreadableError('The row of a KMS key material has another format.');
  using secret = SecretBytes.take(content.subarray(1));
  const material = materialOf(secret.reveal(), address);
  if (material.id !== id)
    throw new KmsStateUnreadableError('A KMS key material does not have the id it is stored under.');
  return material;
}

/**
 * The id is derived, so that the same material imported or seeded twice has the same id, and a damaged row shows. It tells
 * nothing of the material: HMAC-SHA-256 is a pseudo-random function of 256-bit keys.
 */
function materialOf(secret: Uint8Array, address: KeyAddress): KeyMaterial {
  return {
    id: createHmac('sha256', secret).update(`${idLabel}\0${address.keyId}`).digest('hex'),
    key: createSecretKey(secret),
  };
}
