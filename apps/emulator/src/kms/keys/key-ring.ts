import type { Store } from '@keyfold/key-hierarchy';
import { type KeyAddress, keyArn, type Place } from './key-address.ts';
import { type KeyMaterial, readKeyMaterial } from './key-material.ts';
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';

/** A key in memory. `record` is what is stored: it changes only after the store has the change. */
export interface Key {
  readonly address: KeyAddress;
  readonly arn: string;
  readonly record: KeyRecord;
  readonly currentMaterial: KeyMaterial;
  /** Every material of the key by its id: what older ones encrypted still opens. */
  readonly materials: ReadonlyMap<string, KeyMaterial>;
}

interface HeldKey extends Key {
  record: KeyRecord;
  revision: number;
  /** Settles when the changes that were asked for have been made, one after the other. */
  changed: Promise<void>;
}

const tables = { keys: 'kms_keys', materials: 'kms_key_materials' } as const;
const materialsPerPage = 100;

/**
 * The keys of all accounts and regions: read from the store when first used, then kept in memory, so that encryption needs no
 * store. One ring owns its store's KMS rows; nobody else changes them.
 */
export class KeyRing {
  readonly #store: Store;
  readonly #held = new Map<string, HeldKey>();
  readonly #loading = new Map<string, Promise<HeldKey | undefined>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The key, without a promise where it is in memory. */
  find(address: KeyAddress): Key | undefined | Promise<Key | undefined> {
    const name = nameOf(address);
    return this.#held.get(name) ?? this.#load(name, address);
  }

  /** Stores a new key and its material, all or nothing, before it can be found. `materialContent` is zeroised. */
  async add(
    address: KeyAddress,
    record: KeyRecord,
    material: KeyMaterial,
    materialContent: Uint8Array,
  ): Promise<Key> {
    try {
      await this.#store.commit([
        { table: tables.keys, key: rowKey(address), expectedRevision: 0, content: encodeKeyRecord(record) },
        {
          table: tables.materials,
          key: [...rowKey(address), material.id],
          expectedRevision: 0,
          content: materialContent,
        },
      ]);
    } finally {
      materialContent.fill(0);
    }
    return this.#hold(address, record, 1, new Map([[material.id, material]]));
  }

  /**
   * Changes a key's record; changes of one key wait for one another.
   *
   * @param next - given the record as it then is; returns it unchanged where there is nothing to store.
   */
  async change({ address }: Key, next: (record: KeyRecord) => KeyRecord): Promise<void> {
    const key = this.#held.get(nameOf(address)) ?? (await this.#load(nameOf(address), address));
    if (key === undefined) throw new KmsStateUnreadableError('A KMS key vanished from the store.');
    const change = key.changed.then(() => this.#save(key, next(key.record)));
    key.changed = change.catch(() => {});
    await change;
  }

  /** The ids of a place's keys in order, at most `limit`, beginning after `after`. */
  async list(
    { accountId, region }: Place,
    after: string | undefined,
    limit: number,
  ): Promise<readonly string[]> {
    const prefix = [accountId, region];
    const rows = await this.#store.list(tables.keys, {
      prefix,
      limit,
      ...(after === undefined ? {} : { after: [...prefix, after] }),
    });
    return rows.map(({ key }) => key[2] ?? '');
  }

  async #save(key: HeldKey, record: KeyRecord): Promise<void> {
    if (record === key.record) return;
    try {
      await this.#store.commit([
        {
          table: tables.keys,
          key: rowKey(key.address),
          expectedRevision: key.revision,
          content: encodeKeyRecord(record),
        },
      ]);
    } catch (error) {
      // Whether the change was stored is not known: the next use reads what was.
      this.#held.delete(nameOf(key.address));
      throw error;
    }
    key.record = record;
    key.revision += 1;
  }

  /** One read, however many ask: two objects for one key would drift apart. */
  #load(name: string, address: KeyAddress): Promise<HeldKey | undefined> {
    const loading = this.#loading.get(name) ?? this.#read(address).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  async #read(address: KeyAddress): Promise<HeldKey | undefined> {
    const row = await this.#store.get(tables.keys, rowKey(address));
    if (row === undefined) return undefined;
    return this.#hold(
      address,
      decodeKeyRecord(row.content),
      row.revision,
      await this.#readMaterials(address),
    );
  }

  async #readMaterials(address: KeyAddress): Promise<ReadonlyMap<string, KeyMaterial>> {
    const materials = new Map<string, KeyMaterial>();
    for (let after: readonly string[] | undefined; ; ) {
      const rows = await this.#store.list(tables.materials, {
        prefix: rowKey(address),
        limit: materialsPerPage,
        ...(after === undefined ? {} : { after }),
      });
      for (const { key, content } of rows) {
        const id = key.at(-1) ?? '';
        materials.set(id, readKeyMaterial(content, id, address));
      }
      if (rows.length < materialsPerPage) return materials;
      after = rows.at(-1)?.key;
    }
  }

  #hold(
    address: KeyAddress,
    record: KeyRecord,
    revision: number,
    materials: ReadonlyMap<string, KeyMaterial>,
  ): HeldKey {
    const currentMaterial = materials.get(record.currentMaterialId);
    if (currentMaterial === undefined)
      throw new KmsStateUnreadableError('The material of a KMS key is not in the store.');
    const key: HeldKey = {
      address,
      arn: keyArn(address),
      record,
      revision,
      currentMaterial,
      materials,
      changed: Promise.resolve(),
    };
    this.#held.set(nameOf(address), key);
    return key;
  }
}

function rowKey({ accountId, region, keyId }: KeyAddress): readonly string[] {
  return [accountId, region, keyId];
}

/** None of the parts can hold a slash. */
function nameOf({ accountId, region, keyId }: KeyAddress): string {
  return `${accountId}/${region}/${keyId}`;
}
