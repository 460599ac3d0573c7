import type { ShapeValue } from '../model/shape-value.ts';
import { isSymmetric, type KeySpec, type KeyUsage } from './key-specs.ts';
import { type KeyState, keyStates } from './key-states.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

export type KeyOrigin = ShapeValue<'OriginType'>;

/** What is kept of one material beside its secret. */
export interface MaterialRecord {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /**
   * The material that encrypts, one that only decrypts, one that waits for a rotation on demand, or one that waits to be imported
   * into every copy of a multi-Region key before it can.
   */
  readonly state: 'CURRENT' | 'NON_CURRENT' | 'PENDING_ROTATION' | 'PENDING_MULTI_REGION_IMPORT_AND_ROTATION';
  /** False for imported material that was deleted or has expired: it can be imported again. */
  readonly held: boolean;
  /** When imported material expires. */
  readonly validToMs?: number;
  /** Given by the importer. */
  readonly description?: string;
  /** How and when it became current; neither for a key's first material. */
  readonly rotation?: { readonly type: 'AUTOMATIC' | 'ON_DEMAND'; readonly atMs: number };
}

/** Automatic rotation, once it was switched on. */
export interface RotationSchedule {
  readonly enabled: boolean;
  readonly periodDays: number;
  readonly nextAtMs: number;
}

/** Deletion that was asked for. */
export interface PlannedDeletion {
  readonly windowDays: number;
  /** Undefined as long as replicas keep a primary key. */
  readonly atMs?: number;
}

/** The Regions in which a multi-Region key has a copy; the same in every copy. */
export interface MultiRegion {
  readonly primaryRegion: string;
  readonly regions: readonly string[];
  /** When replicas that are to be deleted go, by Region: every copy then has to know. */
  readonly leavingAtMs?: Readonly<Record<string, number>>;
}

/** The simulated custom key store that a key is kept in. */
export interface CustomKeyStoreKey {
  readonly id: string;
  /** Of a CloudHSM key store. */
  readonly cloudHsmClusterId?: string;
  /** Of an external key store: what its manager calls the key. */
  readonly xksKeyId?: string;
}

/** All that is kept of a key but the secrets of its material. */
export interface KeyRecord {
  /** Of this row's layout. */
  readonly format: 2;
  readonly createdAtMs: number;
  readonly description: string;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly origin: KeyOrigin;
  readonly keyState: KeyState;
  readonly customKeyStore?: CustomKeyStoreKey;
  readonly multiRegion?: MultiRegion;
  /** In the order in which they came to the key. */
  readonly materials: readonly MaterialRecord[];
  readonly rotation?: RotationSchedule;
  readonly deletion?: PlannedDeletion;
  /** The key policy's JSON, character for character as it was given. */
  readonly policy: string;
  readonly tags: readonly Tag[];
  /** The service of AWS's whose key it is, such as `secretsmanager`. Absent: the customer's own. */
  readonly managedBy?: string;
}

/** The material that encrypts, whether or not it is held. */
export function currentMaterialRecord({ materials }: KeyRecord): MaterialRecord | undefined {
  return materials.find(({ state }) => state === 'CURRENT');
}

/** Enabled, or PendingImport where any material that was ever current is not held. */
export function stateWhenEnabled({ materials }: KeyRecord): KeyState {
  const used = materials.filter((material) => !isPending(material));
  return used.length > 0 && used.every(({ held }) => held) ? 'Enabled' : 'PendingImport';
}

/** Whether a material was imported and never was current. */
export function isPending({ state }: Pick<MaterialRecord, 'state'>): boolean {
  return state !== 'CURRENT' && state !== 'NON_CURRENT';
}

/** Whether on-demand and automatic rotation exist for a key at all: keys in custom key stores have one material for ever. */
export function isRotatable({ keySpec, origin }: KeyRecord): boolean {
  return isSymmetric(keySpec) && (origin === 'AWS_KMS' || origin === 'EXTERNAL');
}

/** The bytes of a key's row: JSON in UTF-8. */
export function encodeKeyRecord(record: KeyRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** @throws {KmsStateUnreadableError} where the bytes are not a record that this version or an earlier one writes. */
export function decodeKeyRecord(content: Uint8Array): KeyRecord {
  let row: unknown;
  try {
    row = JSON.parse(Buffer.from(content).toString('utf8'));
  } catch (cause) {
    throw new KmsStateUnreadableError("A KMS key's row is not JSON.", cause);
  }
  const record = isFormat1(row) ? fromFormat1(row) : row;
  if (!isKeyRecord(record)) throw new KmsStateUnreadableError("A KMS key's row has another format than 2.");
  return record;
}

/** The first format: symmetric keys with one material. */
interface Format1 {
  readonly format: 1;
  readonly currentMaterialId: string;
  readonly multiRegion: false;
}

function isFormat1(row: unknown): row is Format1 {
  return (
    typeof row === 'object' &&
    row !== null &&
    'format' in row &&
    row.format === 1 &&
    'currentMaterialId' in row &&
    typeof row.currentMaterialId === 'string'
  );
}

function fromFormat1({ currentMaterialId, multiRegion: _, ...kept }: Format1): object {
  return { ...kept, format: 2, materials: [{ id: currentMaterialId, state: 'CURRENT', held: true }] };
}

function isKeyRecord(row: unknown): row is KeyRecord {
  if (typeof row !== 'object' || row === null || !('format' in row) || row.format !== 2) return false;
  return (
    'keyState' in row &&
    typeof row.keyState === 'string' &&
    Object.hasOwn(keyStates, row.keyState) &&
    'materials' in row &&
    Array.isArray(row.materials)
  );
}
