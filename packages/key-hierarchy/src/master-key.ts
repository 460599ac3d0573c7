import { type CryptoBackend, encodeBase64url, SecretBytes } from '@keyfold/crypto-core';
import { AuthenticatedStore } from './authenticated-store.ts';
import { derivationLabels } from './labels.ts';
import { masterKeyContext } from './root-context.ts';
import type { RootKey, RootReference } from './root-key.ts';
import { tables } from './rows.ts';
import type { Store } from './store.ts';
import { StoreConflictError, StoreCorruptError } from './store-errors.ts';
import { storedBytes } from './stored-bytes.ts';

/** What the service needs for its own state, whoever its tenants are. */
export interface MasterKey extends Disposable {
  /** The store's rows, authenticated under the master key. */
  readonly rows: AuthenticatedStore;
  /** Zeroises the key; `rows` is of no use afterwards. The store stays open. */
  dispose(): void;
}

/** The one row that no authenticated row precedes: the root's own wrapping authenticates what matters in it. */
interface MasterKeyRow {
  /** Random; names this installation to the root's key service. */
  readonly installation: string;
  readonly version: number;
  /** Which root wraps it; for people, not trusted. */
  readonly root: RootReference;
  readonly wrapped: string;
}

const masterKeyVersion = 1;
const masterKeyPlace = { table: tables.masterKey, key: ['1'] } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Opens the key that authenticates a store's rows: makes it on the first call, wrapped by `root`, and has `root` unwrap it on
 * later ones. Concurrent first calls get the same key.
 *
 * @throws {@link RootKeyDeniedError} {@link RootKeyUnavailableError} {@link RootKeyThrottledError} when the root does not answer
 * @throws {@link RootKeyInvalidError} when the store belongs to another root
 * @throws {@link StoreCorruptError} when the master key's row is missing or damaged in a store that is not new
 * @example
 * ```ts
 * const master = await openMaster({ store, root, backend: nodeBackend });
 * try {
 *   await serve(master.rows);
 * } finally {
 *   master.dispose();
 * }
 * ```
 */
export async function openMaster(options: {
  readonly store: Store;
  readonly root: RootKey;
  readonly backend: CryptoBackend;
}): Promise<MasterKey> {
  const { store, root, backend } = options;
  const row = (await readRow(store)) ?? (await makeRow(store, root, backend));
  const wrapped = storedBytes(row.wrapped);
  const master = await root.unwrap(wrapped, masterKeyContext(row.installation, row.version));
  try {
    const info = derivationLabels.rowAuthentication;
    const key = await backend.hkdfSha256(master, { info, byteLength: 32 });
    const dispose = () => key.dispose();
    return { rows: new AuthenticatedStore({ store, backend, key }), dispose, [Symbol.dispose]: dispose };
  } finally {
    master.dispose();
  }
}

async function makeRow(store: Store, root: RootKey, backend: CryptoBackend): Promise<MasterKeyRow> {
  // A new key in a store that has tenants would only hide the loss of the old one behind failing rows.
  if ((await store.list(tables.tenant, { limit: 1 })).length > 0) {
    throw new StoreCorruptError('The store has tenants, but the row of its master key is missing.');
  }
  const installation = encodeBase64url(backend.randomBytes(16));
  const master = SecretBytes.random(32);
  let wrapped: Uint8Array;
  try {
    wrapped = await root.wrap(master, masterKeyContext(installation, masterKeyVersion));
  } finally {
    master.dispose();
  }
  const row: MasterKeyRow = {
    installation,
    version: masterKeyVersion,
    root: { provider: root.reference.provider, keyId: root.reference.keyId },
    wrapped: encodeBase64url(wrapped),
  };
  try {
    await store.commit([
      { ...masterKeyPlace, expectedRevision: 0, content: encoder.encode(JSON.stringify(row)) },
    ]);
    return row;
  } catch (error) {
    const first = error instanceof StoreConflictError ? await readRow(store) : undefined;
    if (first === undefined) throw error;
    return first;
  }
}

async function readRow(store: Store): Promise<MasterKeyRow | undefined> {
  const row = await store.get(masterKeyPlace.table, masterKeyPlace.key);
  if (row === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(decoder.decode(row.content));
    if (isMasterKeyRow(value)) return value;
  } catch (cause) {
    throw new StoreCorruptError('The row of the master key cannot be read.', { cause });
  }
  throw new StoreCorruptError('The row of the master key is incomplete.');
}

function isMasterKeyRow(value: unknown): value is MasterKeyRow {
  if (typeof value !== 'object' || value === null) return false;
  const { installation, version, wrapped }: Partial<Record<keyof MasterKeyRow, unknown>> = value;
  return typeof installation === 'string' && typeof wrapped === 'string' && version === masterKeyVersion;
}
