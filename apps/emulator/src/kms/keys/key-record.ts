import type { KeySpec, KeyUsage } from './key-specs.ts';
import { type KeyState, keyStates } from './key-states.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

/** All that is kept of a key but its material. */
export interface KeyRecord {
  /** Of this row's layout. */
  readonly format: 1;
  readonly createdAtMs: number;
  readonly description: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly origin: 'AWS_KMS';
  readonly keyState: KeyState;
  readonly multiRegion: false;
  /** 64 hexadecimal digits; names the material that encrypts. */
  readonly currentMaterialId: string;
  /** The key policy's JSON, character for character as it was given. */
  readonly policy: string;
  readonly tags: readonly Tag[];
}

/** The bytes of a key's row: JSON in UTF-8. */
export function encodeKeyRecord(record: KeyRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** @throws {KmsStateUnreadableError} where the bytes are not a record that this version writes. */
export function decodeKeyRecord(content: Uint8Array): KeyRecord {
  let record: unknown;
  try {
    record = JSON.parse(Buffer.from(content).toString('utf8'));
  } catch (cause) {
    throw new KmsStateUnreadableError("A KMS key's row is not JSON.", cause);
  }
  if (!isKeyRecord(record)) throw new KmsStateUnreadableError("A KMS key's row has another format than 1.");
  return record;
}

function isKeyRecord(value: unknown): value is KeyRecord {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  return (
    'keyState' in value && typeof value.keyState === 'string' && Object.hasOwn(keyStates, value.keyState)
  );
}
