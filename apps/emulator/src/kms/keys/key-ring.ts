import type { Awaitable, Clock } from '@keyfold/crypto-core';
import type { Change, Store } from '@keyfold/key-hierarchy';
import { KmsFault } from '../faults/kms-fault.ts';
import { AddressMap } from './address-map.ts';
import { type Key, type KeyChange, keyOf } from './key.ts';
import { type KeyAddress, keyArn, type Place } from './key-address.ts';
import { type KeyMaterial, type NewMaterial, readKeyMaterial } from './key-material.ts';
import { progress } from './key-progress.ts';
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord } from './key-record.ts';
import { KmsStateUnreadableError } from './kms-state-unreadable-error.ts';
import { familyOf } from './multi-region.ts';

interface HeldKey {
  readonly key: Key;
  readonly revision: number;
}

/** Says what is to become of a key and its copies, given them as they then are. */
export type ChangePlan = (key: Key, family: readonly Key[]) => Awaitable<readonly KeyChange[]>;

const tables = { keys: 'kms_keys', materials: 'kms_key_materials' } as const;
const rowsPerPage = 100;

/**
 * The keys of all accounts and regions: read from the store when first used, then kept in memory, so that encryption needs no
 * store. What the clock brings about happens when a key is next looked at. One ring owns its store's KMS rows; nobody else
 * changes them.
 */
export class KeyRing {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onDeleted: (address: KeyAddress) => Awaitable<void>;
  readonly #held = new AddressMap<HeldKey>();
  readonly #loading = new AddressMap<Promise<HeldKey | undefined>>();
  /** By account and key id, which the copies of a multi-Region key share: settles when the changes asked for have been made. */
  readonly #changes = new Map<string, Promise<unknown>>();

  /** @param onDeleted - told of each key that the clock has deleted, for what else is kept of it. */
  constructor(store: Store, clock: Clock, onDeleted: (address: KeyAddress) => Awaitable<void> = () => {}) {
    this.#store = store;
    this.#clock = clock;
    this.#onDeleted = onDeleted;
  }

  /** The key, without a promise where it is in memory and nothing is due. */
  find(address: KeyAddress): Key | undefined | Promise<Key | undefined> {
    const held = this.#held.get(address);
    return held !== undefined && this.#isSettled(held.key) ? held.key : this.#findSettled(address);
  }

  /** Stores a new key and its material, all or nothing, before it can be found. The materials' content is zeroised. */
  async add(address: KeyAddress, record: KeyRecord, added: readonly NewMaterial[]): Promise<Key> {
    await this.#commit([{ address, record, added }]);
    return this.#heldKey(address);
  }

  /**
   * Changes a key's record; changes of one key wait for one another.
   *
   * @param next - given the record as it then is; returns it unchanged where there is nothing to store.
   */
  async change({ address }: Key, next: (record: KeyRecord) => KeyRecord): Promise<void> {
    await this.update(address, (key) => {
      const record = next(key.record);
      return record === key.record ? [] : [{ address, record }];
    });
  }

  /**
   * Changes a key and its copies, all or nothing. What the clock has brought about, to whichever copy, comes first.
   *
   * @throws {KmsFault} NotFoundException where the key has gone meanwhile
   */
  update(address: KeyAddress, plan: ChangePlan): Promise<void> {
    const name = `${address.accountId}/${address.keyId}`;
    const change = (this.#changes.get(name) ?? Promise.resolve()).then(async () => {
      const [key, family] = await this.#settled(address);
      const changes = await plan(key, family);
      if (changes.length > 0) await this.#commit(changes);
    });
    const settled = change.catch(() => {});
    this.#changes.set(name, settled);
    settled.then(() => {
      if (this.#changes.get(name) === settled) this.#changes.delete(name);
    });
    return change;
  }

  /** The ids of a place's keys in order, at most `limit`, beginning after `after`. */
  async list(
    { accountId, region }: Place,
    after: string | undefined,
    limit: number,
  ): Promise<readonly string[]> {
    const prefix = [accountId, region];
    const found: string[] = [];
    for (let last = after; ; ) {
      const rows = await this.#store.list(tables.keys, {
        prefix,
        limit,
        ...(last === undefined ? {} : { after: [...prefix, last] }),
      });
      const nowMs = this.#nowMs();
      for (const { key, content } of rows) if (!isDeleted(content, nowMs)) found.push(key[2] ?? '');
      last = rows.at(-1)?.key[2];
      if (found.length >= limit || rows.length < limit) return found.slice(0, limit);
    }
  }

  /** The records of a place's keys in order of id: what is kept of them but their material. */
  async *records({ accountId, region }: Place): AsyncGenerator<KeyRecord, void, undefined> {
    const prefix = [accountId, region];
    for (let after: readonly string[] | undefined; ; ) {
      const rows = await this.#store.list(tables.keys, {
        prefix,
        limit: rowsPerPage,
        ...(after === undefined ? {} : { after }),
      });
      for (const { content } of rows) if (!isDeleted(content, this.#nowMs())) yield decodeKeyRecord(content);
      if (rows.length < rowsPerPage) return;
      after = rows.at(-1)?.key;
    }
  }

  async #findSettled(address: KeyAddress): Promise<Key | undefined> {
    const held = await this.#get(address);
    if (held === undefined || this.#isSettled(held.key)) return held?.key;
    await this.update(address, () => []).catch(async (error: unknown) => {
      // It was due to be deleted.
      if ((await this.#get(address)) !== undefined) throw error;
    });
    return (await this.#get(address))?.key;
  }

  /** A key and its copies once nothing is due any more. To be called by one change at a time. */
  async #settled(address: KeyAddress): Promise<readonly [Key, readonly Key[]]> {
    for (;;) {
      const held = await this.#get(address);
      if (held === undefined)
        throw new KmsFault('NotFoundException', `Key '${keyArn(address)}' does not exist`);
      const family = await this.#family(held.key);
      const changes = await this.#dueChanges(family);
      if (changes.length === 0) return [held.key, family];
      await this.#commit(changes);
    }
  }

  /** What the clock has brought about next. A replica may wait for its primary key: that is none. */
  async #dueChanges(family: readonly Key[]): Promise<readonly KeyChange[]> {
    const nowMs = this.#nowMs();
    for (const copy of family) {
      const changes = copy.dueAtMs > nowMs ? [] : await progress(copy, family, nowMs);
      if (changes.length > 0) return changes;
    }
    return [];
  }

  async #family(key: Key): Promise<readonly Key[]> {
    const family: Key[] = [];
    for (const address of familyOf(key)) {
      const held = await this.#get(address);
      if (held === undefined)
        throw new KmsStateUnreadableError('A copy of a multi-Region KMS key is missing.');
      family.push(held.key);
    }
    return family;
  }

  async #commit(changes: readonly KeyChange[]): Promise<void> {
    const next = changes.map((change) => this.#prepare(change));
    try {
      await this.#store.commit(next.flatMap(({ rows }) => rows));
    } catch (error) {
      // Whether the change was stored is not known: the next use reads what was.
      for (const { address } of changes) this.#held.delete(address);
      throw error;
    } finally {
      for (const { added = [] } of changes) for (const { content } of added) content.fill(0);
    }
    for (const { address, held } of next) {
      if (held === undefined) this.#held.delete(address);
      else this.#held.set(address, held);
    }
    for (const { address, record } of changes) if (record === null) await this.#onDeleted(address);
  }

  #prepare({ address, record, added = [], removed = [] }: KeyChange): {
    readonly address: KeyAddress;
    readonly held: HeldKey | undefined;
    readonly rows: readonly Change[];
  } {
    const before = this.#held.get(address);
    const expectedRevision = before?.revision ?? 0;
    const materials = new Map(before?.key.materials);
    const key = rowKey(address);
    const gone = record === null ? [...materials.keys()] : removed;
    for (const id of gone) materials.delete(id);
    for (const { material } of added) materials.set(material.id, material);
    return {
      address,
      held:
        record === null
          ? undefined
          : { key: keyOf(address, record, materials), revision: expectedRevision + 1 },
      rows: [
        {
          table: tables.keys,
          key,
          expectedRevision,
          content: record === null ? null : encodeKeyRecord(record),
        },
        // A material's row is written once.
        ...gone.map((id) => ({
          table: tables.materials,
          key: [...key, id],
          expectedRevision: 1,
          content: null,
        })),
        ...added.map(({ material, content }) => ({
          table: tables.materials,
          key: [...key, material.id],
          expectedRevision: 0,
          content,
        })),
      ],
    };
  }

  #heldKey(address: KeyAddress): Key {
    const held = this.#held.get(address);
    if (held === undefined) throw new KmsStateUnreadableError('A KMS key vanished from memory.');
    return held.key;
  }

  #get(address: KeyAddress): Awaitable<HeldKey | undefined> {
    return this.#held.get(address) ?? this.#load(address);
  }

  /** One read, however many ask: two objects for one key would drift apart. */
  #load(address: KeyAddress): Promise<HeldKey | undefined> {
    const loading =
      this.#loading.get(address) ?? this.#read(address).finally(() => this.#loading.delete(address));
    this.#loading.set(address, loading);
    return loading;
  }

  async #read(address: KeyAddress): Promise<HeldKey | undefined> {
    const row = await this.#store.get(tables.keys, rowKey(address));
    if (row === undefined) return undefined;
    const record = decodeKeyRecord(row.content);
    const key = keyOf(address, record, await this.#readMaterials(address));
    const held = { key, revision: row.revision };
    this.#held.set(address, held);
    return held;
  }

  async #readMaterials(address: KeyAddress): Promise<ReadonlyMap<string, KeyMaterial>> {
    const materials = new Map<string, KeyMaterial>();
    for (let after: readonly string[] | undefined; ; ) {
      const rows = await this.#store.list(tables.materials, {
        prefix: rowKey(address),
        limit: rowsPerPage,
        ...(after === undefined ? {} : { after }),
      });
      for (const { key, content } of rows) {
        const id = key.at(-1) ?? '';
        materials.set(id, readKeyMaterial(content, id, address));
      }
      if (rows.length < rowsPerPage) return materials;
      after = rows.at(-1)?.key;
    }
  }

  /** Whether nothing is due. Most keys never have anything due: they are not held against the clock. */
  #isSettled({ dueAtMs }: Key): boolean {
    return dueAtMs === Number.POSITIVE_INFINITY || dueAtMs > this.#nowMs();
  }

  #nowMs(): number {
    return this.#clock.now().wallMs;
  }
}

/** A row that cannot be read is still a key's: who asks for that key is told. */
function isDeleted(content: Uint8Array, nowMs: number): boolean {
  try {
    return (decodeKeyRecord(content).deletion?.atMs ?? nowMs + 1) <= nowMs;
  } catch (error) {
    if (error instanceof KmsStateUnreadableError) return false;
    throw error;
  }
}

function rowKey({ accountId, region, keyId }: KeyAddress): readonly string[] {
  return [accountId, region, keyId];
}
