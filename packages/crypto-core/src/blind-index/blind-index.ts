import { requireArray, requireBackend, requireObject, requireSecret } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { encodeBase64url } from '../base64.ts';
import { InvalidArgumentError, SecretDisposedError } from '../crypto-errors.ts';
import { keyByteLength } from '../format.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { BlindIndexDeclaration, maxIndexKeyVersion } from './blind-index-declaration.ts';
import type { IndexValueKind, IndexValueTypes } from './index-values.ts';

/** What every text form of an entry begins with. */
const indexEntryPrefix = 'kfi1.';

/** Versions that one index has at a time, at most. */
const maxVersions = 16;

/** One version of an index's key. */
export interface IndexKey {
  /** 1 to 65,535; each version has a random key of its own. */
  readonly version: number;
  /** 32 random bytes (`SecretBytes.random(32)`), used for nothing else. */
  readonly key: SecretBytes;
  /** Whether new rows get an entry of this version; true if left out. Queries ask for every version in any case. */
  readonly writes?: boolean;
}

/** What {@link openBlindIndex} needs. */
export interface OpenBlindIndexOptions<K extends IndexValueKind> {
  readonly backend: CryptoBackend;
  readonly declaration: BlindIndexDeclaration<K>;
  /** 1 to 16 versions, at least one of which writes; owned by the index from now on. */
  readonly keys: readonly IndexKey[];
  /** Called before each use: what it throws, the call throws. For a lease on the keys. */
  readonly assertUsable?: () => void;
}

/** One entry: what is stored beside the sealed value, and what is searched for. */
export interface IndexEntry {
  readonly version: number;
  /** u16(version) ‖ the first bits of the HMAC, the last byte filled with zero bits: 4 to 34 bytes. */
  readonly bytes: Uint8Array;
  /** `kfi1.` and the bytes in base64url without padding. */
  readonly text: string;
}

/**
 * Makes the entries of one index. Equal values give equal entries; the entries of one version say nothing about those of
 * another, nor of another column, table, scope or tenant.
 *
 * @example
 * ```ts
 * const declaration = declareBlindIndex({
 *   tenant: 'acme',
 *   scope: { kind: 'service', id: 'crm' },
 *   table: 'people',
 *   column: 'phone',
 *   name: 'exact',
 *   values: 'phone',
 *   bits: 32,
 *   acceptLowEntropy: true,
 * });
 * const keys = [1, 2].map((version) => ({ version, key: SecretBytes.random(32), writes: version === 2 }));
 * using index = openBlindIndex({ backend: nodeBackend, declaration, keys });
 * (await index.entriesToStore('+49 30 1234')).map(({ version }) => version); // → [2]
 * (await index.entriesToFind('+49 30 1234')).map(({ version }) => version); // → [1, 2]
 * ```
 */
export class BlindIndex<K extends IndexValueKind = IndexValueKind> implements Disposable {
  readonly declaration: BlindIndexDeclaration<K>;
  readonly #backend: CryptoBackend;
  readonly #keys: readonly IndexKey[];
  readonly #assertUsable: (() => void) | undefined;
  #disposed = false;

  /** @throws {@link InvalidArgumentError} as {@link openBlindIndex} */
  constructor(options: OpenBlindIndexOptions<K>) {
    requireOptions(options);
    this.declaration = options.declaration;
    this.#backend = options.backend;
    this.#keys = options.keys.map((key) => ({ ...key }));
    this.#assertUsable = options.assertUsable;
  }

  /**
   * The entries to store with a row that holds `value`, one for each version that writes.
   *
   * @throws {@link UnsupportedValueError} for a value that the declared kind does not have, or over 65,536 bytes
   * @throws {@link SecretDisposedError} after disposal
   */
  entriesToStore(value: IndexValueTypes[K]): Promise<readonly IndexEntry[]> {
    return this.#entries(
      value,
      this.#keys.filter((key) => key.writes !== false),
    );
  }

  /**
   * The entries to search for, one for each version: a row that holds `value` has at least one of them. So may others
   * (`expectedMatches`); they show themselves when they are decrypted.
   *
   * @throws {@link UnsupportedValueError} for a value that the declared kind does not have, or over 65,536 bytes
   * @throws {@link SecretDisposedError} after disposal
   */
  entriesToFind(value: IndexValueTypes[K]): Promise<readonly IndexEntry[]> {
    return this.#entries(value, this.#keys);
  }

  async #entries(value: IndexValueTypes[K], keys: readonly IndexKey[]): Promise<readonly IndexEntry[]> {
    if (this.#disposed) throw new SecretDisposedError('This index has been disposed of.');
    this.#assertUsable?.();
    return Promise.all(keys.map((key) => this.#entry(value, key)));
  }

  async #entry(value: IndexValueTypes[K], { version, key }: IndexKey): Promise<IndexEntry> {
    const message = BlindIndexDeclaration.messageOf(this.declaration, version, value);
    try {
      const mac = await this.#backend.hmacSha256(key, message);
      const bytes = entryBytes(version, mac, this.declaration.bits);
      mac.fill(0);
      return { version, bytes, text: indexEntryPrefix + encodeBase64url(bytes) };
    } finally {
      message.fill(0);
    }
  }

  /** Zeroises the keys. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const { key } of this.#keys) key.dispose();
  }
}

/**
 * Puts an index and its keys together. To rotate: add a version that writes, so that new rows have an entry of each; write
 * the entries of the old rows; then let the old version go. Queries find every row all the while.
 *
 * @throws {@link InvalidArgumentError} when `declaration` is not what `declareBlindIndex` returned, for a key of another
 *   length, a version outside of 1 to 65,535 or given twice, no key that writes, or more than 16 keys
 * @example
 * ```ts
 * const declaration = declareBlindIndex({
 *   tenant: 'acme',
 *   scope: { kind: 'service', id: 'crm' },
 *   table: 'people',
 *   column: 'email',
 *   name: 'exact',
 *   values: 'email',
 *   bits: 64,
 * });
 * using index = openBlindIndex({
 *   backend: nodeBackend,
 *   declaration,
 *   keys: [{ version: 1, key: SecretBytes.random(32) }],
 * });
 * const [entry] = await index.entriesToStore('Ada@Example.com');
 * const [wanted] = await index.entriesToFind('ada@example.com'); // WHERE email_index IN (…)
 * entry?.text === wanted?.text; // → true
 * ```
 */
export function openBlindIndex<K extends IndexValueKind>(options: OpenBlindIndexOptions<K>): BlindIndex<K> {
  return new BlindIndex(options);
}

function requireOptions<K extends IndexValueKind>(options: OpenBlindIndexOptions<K>): void {
  requireObject('The options of an index', options);
  const { keys, declaration } = options;
  requireBackend(options.backend);
  requireArray('The keys of an index', keys);
  if (!(declaration instanceof BlindIndexDeclaration)) {
    throw new InvalidArgumentError('Expected what declareBlindIndex returned.');
  }
  for (const each of keys) {
    requireObject('An index key', each);
    const { version, key } = each;
    requireSecret('An index key', key);
    if (!Number.isInteger(version) || version < 1 || version > maxIndexKeyVersion) {
      throw new InvalidArgumentError(`An index key's version is an integer from 1 to ${maxIndexKeyVersion}.`);
    }
    if (key.byteLength !== keyByteLength) {
      throw new InvalidArgumentError(`An index key has ${keyByteLength} bytes, this one ${key.byteLength}.`);
    }
  }
  if (new Set(keys.map((key) => key.version)).size !== keys.length) {
    throw new InvalidArgumentError('Each version of an index has one key.');
  }
  if (keys.length > maxVersions || !keys.some((key) => key.writes !== false)) {
    throw new InvalidArgumentError(`An index has 1 to ${maxVersions} keys, at least one of which writes.`);
  }
}

function entryBytes(version: number, mac: Uint8Array, bits: number): Uint8Array {
  const macByteLength = Math.ceil(bits / 8);
  const bytes = new Uint8Array(2 + macByteLength);
  bytes[0] = version >>> 8;
  bytes[1] = version;
  bytes.set(mac.subarray(0, macByteLength), 2);
  const unused = macByteLength * 8 - bits;
  const last = bytes.byteLength - 1;
  bytes[last] = ((bytes[last] ?? 0) >>> unused) << unused;
  return bytes;
}
