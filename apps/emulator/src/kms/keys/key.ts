import { type KeyAddress, keyArn } from './key-address.ts';
import type { KeyMaterial, NewMaterial } from './key-material.ts';
import { currentMaterialRecord, type KeyRecord } from './key-record.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';

/** A key in memory, as it is stored. It never changes: a changed key is another object. */
export interface Key {
  readonly address: KeyAddress;
  readonly arn: string;
  readonly record: KeyRecord;
  /** Every material that is held by its id: what older ones encrypted still opens. */
  readonly materials: ReadonlyMap<string, KeyMaterial>;
  /** The material that encrypts; undefined as long as none was imported. */
  readonly current: KeyMaterial | undefined;
  /** When the clock next changes the key; Infinity for never. */
  readonly dueAtMs: number;
}

/** What is to become of a key. */
export interface KeyChange {
  readonly address: KeyAddress;
  /** Null deletes the key with all of its material. */
  readonly record: KeyRecord | null;
  readonly added?: readonly NewMaterial[];
  /** Ids of material that is deleted. */
  readonly removed?: readonly string[];
}

/** @throws {KmsStateUnreadableError} where a material that the record holds is not there. */
export function keyOf(
  address: KeyAddress,
  record: KeyRecord,
  materials: ReadonlyMap<string, KeyMaterial>,
): Key {
  if (record.materials.some(({ id, held }) => held && !materials.has(id)))
    throw new KmsStateUnreadableError('The material of a KMS key is not in the store.');
  const current = materials.get(currentMaterialRecord(record)?.id ?? '');
  return { address, arn: keyArn(address), record, materials, current, dueAtMs: dueAtMs(record) };
}

/**
 * The material that encrypts, of a key whose state was looked at.
 *
 * @throws {KmsStateUnreadableError} where an enabled key has none
 */
export function currentMaterial({ current }: Key): KeyMaterial {
  if (current === undefined) throw new KmsStateUnreadableError('A KMS key that is enabled has no material.');
  return current;
}

function dueAtMs({ deletion, materials, multiRegion, rotation, keyState }: KeyRecord): number {
  return Math.min(
    deletion?.atMs ?? Number.POSITIVE_INFINITY,
    keyState === 'Enabled' && rotation?.enabled === true ? rotation.nextAtMs : Number.POSITIVE_INFINITY,
    ...Object.values(multiRegion?.leavingAtMs ?? {}),
    ...materials.map(({ held, validToMs }) => (held ? validToMs : undefined) ?? Number.POSITIVE_INFINITY),
  );
}
