import type { Awaitable, Clock } from '@keyfold/crypto-core';
import type { Change, Store, StoredRow } from '@keyfold/key-hierarchy';
import type { Place } from '../../kms/keys/key-address.ts';
import type { SecretAddress } from './secret-address.ts';
import {
  decodeSecretRecord,
  encodeSecretRecord,
  placeKey,
  type Secret,
  type SecretRecord,
  secretKey,
  secretOf,
} from './secret-record.ts';
import { decodeSealedValue, encodeSealedValue, type SealedValue } from './secret-value.ts';

/** What is to become of a secret. */
export interface SecretChange {
  /** Null deletes it and all of its values. */
  readonly record: SecretRecord | null;
  /** Values that are new, by version id. Those of versions that the record no longer has are deleted. */
  readonly values?: ReadonlyMap<string, SealedValue>;
}

/** Given the secret as it then is; undefined changes nothing. */
export type ChangePlan = (secret: Secret | undefined) => Awaitable<SecretChange | undefined>;

const tables = { secrets: 'secretsmanager_secrets', values: 'secretsmanager_values' } as const;
const rowsPerPage = 100;

/**
 * The secrets of all accounts and regions, and their values. A change is durable before it can be seen, and of one secret one change
 * waits for another. A secret whose recovery window is over goes when it is next looked at. One book owns its tables.
 */
export class SecretBook {
  readonly #store: Store;
  readonly #clock: Clock;
  /** By secret: settles when the changes asked for have been made. */
  readonly #changes = new Map<string, Promise<unknown>>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async get(address: SecretAddress): Promise<Secret | undefined> {
    const row = await this.#store.get(tables.secrets, secretKey(address));
    return row === undefined ? undefined : this.#present(row);
  }

  /** The secrets of a place in order of name, beginning after a name. */
  async *list(place: Place, afterName?: string): AsyncGenerator<Secret, void, undefined> {
    const first = afterName === undefined ? undefined : [...placeKey(place), afterName];
    for (let after: readonly string[] | undefined = first; ; ) {
      const rows = await this.#store.list(tables.secrets, {
        prefix: placeKey(place),
        limit: rowsPerPage,
        ...(after === undefined ? {} : { after }),
      });
      for (const row of rows) {
        const secret = await this.#present(row);
        if (secret !== undefined) yield secret;
      }
      if (rows.length < rowsPerPage) return;
      after = rows.at(-1)?.key;
    }
  }

  /** The sealed value of a version, where it has one. */
  async value({ address, record }: Secret, versionId: string): Promise<SealedValue | undefined> {
    const row = await this.#store.get(tables.values, valueKey(address, record, versionId));
    return row === undefined ? undefined : decodeSealedValue(row.content);
  }

  /** Changes a secret, makes it or deletes it, once the changes that were asked for before are done. All or nothing. */
  change(address: SecretAddress, plan: ChangePlan): Promise<void> {
    const name = JSON.stringify(secretKey(address));
    const change = (this.#changes.get(name) ?? Promise.resolve()).then(async () => {
      const row = await this.#store.get(tables.secrets, secretKey(address));
      const before = row && secretOf(row.key, decodeSecretRecord(row.content));
      const next = await plan(before === undefined || this.#isOver(before) ? undefined : before);
      if (next !== undefined) await this.#commit(address, row, before, next);
    });
    const settled = change.catch(() => {});
    this.#changes.set(name, settled);
    settled.then(() => {
      if (this.#changes.get(name) === settled) this.#changes.delete(name);
    });
    return change;
  }

  #isOver({ record: { deletedAtMs } }: Secret): boolean {
    return deletedAtMs !== undefined && deletedAtMs <= this.#clock.now().wallMs;
  }

  async #present(row: StoredRow): Promise<Secret | undefined> {
    const secret = secretOf(row.key, decodeSecretRecord(row.content));
    if (!this.#isOver(secret)) return secret;
    // The plan sees nothing only where it is still over: a secret may have been restored or made anew since.
    await this.change(secret.address, (now) => (now === undefined ? { record: null } : undefined));
    return undefined;
  }

  async #commit(
    address: SecretAddress,
    row: StoredRow | undefined,
    before: Secret | undefined,
    { record, values = new Map() }: SecretChange,
  ): Promise<void> {
    if (row === undefined && record === null) return;
    const changes: Change[] = [
      {
        table: tables.secrets,
        key: secretKey(address),
        expectedRevision: row?.revision ?? 0,
        content: record === null ? null : encodeSecretRecord(record),
      },
    ];
    if (before !== undefined) changes.push(...(await this.#forgotten(before, record)));
    if (record !== null)
      for (const [versionId, sealed] of values) {
        const key = valueKey(address, record, versionId);
        const known = await this.#store.get(tables.values, key);
        changes.push({
          table: tables.values,
          key,
          expectedRevision: known?.revision ?? 0,
          content: encodeSealedValue(sealed),
        });
      }
    await this.#store.commit(changes);
  }

  /** Deletes the values of versions that are no more. */
  async #forgotten({ address, record }: Secret, next: SecretRecord | null): Promise<readonly Change[]> {
    const kept = new Set(next?.suffix === record.suffix ? next.versions.map(({ id }) => id) : []);
    const gone = record.versions.filter(({ id, hasValue }) => hasValue && !kept.has(id));
    const changes: Change[] = [];
    for (const { id } of gone) {
      const row = await this.#store.get(tables.values, valueKey(address, record, id));
      if (row !== undefined) changes.push({ ...row, expectedRevision: row.revision, content: null });
    }
    return changes;
  }
}

function valueKey(address: SecretAddress, { suffix }: SecretRecord, versionId: string): readonly string[] {
  return [...secretKey(address), suffix, versionId];
}
