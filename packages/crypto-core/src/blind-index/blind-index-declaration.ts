import { requireObject } from '../argument-types.ts';
import { CanonicalBytes } from '../canonical-bytes.ts';
import { InvalidArgumentError, LowEntropyIndexError, UnsupportedValueError } from '../crypto-errors.ts';
import { suiteAes256GcmHkdfSha256 } from '../format.ts';
import { derivationLabels } from '../labels.ts';
import { type Scope, writeTenantAndScope } from '../scope.ts';
import { isNameIn } from '../type-checks.ts';
import { type IndexValueKind, type IndexValueRow, indexValueKinds } from './index-values.ts';

/** Fewest bits of an index entry. */
const minIndexBits = 16;
/** Most bits of an index entry: all of HMAC-SHA256. */
const maxIndexBits = 256;
/** Longest canonical value in bytes. */
const maxIndexedBytes = 65_536;
/** Highest version of an index key. */
export const maxIndexKeyVersion = 65_535;

/** What an index is. Every part changes its entries: an index that is declared otherwise has none in common with it. */
export interface BlindIndexOptions<K extends IndexValueKind> {
  /** The tenant's id, 1 to 255 bytes of UTF-8; empty for the scope `platform`. */
  readonly tenant: string;
  /** Whose key wraps the index key. */
  readonly scope: Scope;
  /** The table's name, 1 to 255 bytes of UTF-8. */
  readonly table: string;
  /** The indexed column's name, 1 to 255 bytes of UTF-8. */
  readonly column: string;
  /** The index's own name, 1 to 255 bytes of UTF-8: a column may have several. */
  readonly name: string;
  /** The values' type, and what counts as the same value. */
  readonly values: K;
  /** Length of an entry, 16 to 256 bits. Fewer bits hide more and find more that was not asked for: `expectedMatches`. */
  readonly bits: number;
  /** Needed for values that are few enough to be tried out: whoever has the index key can read them off the index. */
  readonly acceptLowEntropy?: boolean;
}

/** An index as declared, checked and encoded once. Made by {@link declareBlindIndex}; the package exports only the type. */
export class BlindIndexDeclaration<K extends IndexValueKind = IndexValueKind> {
  readonly values: K;
  readonly bits: number;
  readonly #binding: Uint8Array;
  readonly #row: IndexValueRow;

  constructor(values: K, bits: number, binding: Uint8Array) {
    this.values = values;
    this.bits = bits;
    this.#binding = binding;
    this.#row = indexValueKinds[values];
  }

  /**
   * label ‖ suite ‖ tenant, scope, table, column, name, kind, bits ‖ u16(version) ‖ canonical value, for the caller to wipe.
   *
   * @throws {@link UnsupportedValueError} for a value that the declared kind does not have, or a longer one
   */
  static messageOf(index: BlindIndexDeclaration, version: number, value: unknown): Uint8Array {
    if (!(#binding in index)) throw new InvalidArgumentError('Expected what declareBlindIndex returned.');
    const canonical = index.#row.canonical(value);
    if (canonical === undefined) {
      throw new UnsupportedValueError(`A value of the kind ${index.values} must be ${index.#row.accepts}.`);
    }
    const bytes = typeof canonical === 'string' ? new TextEncoder().encode(canonical) : canonical;
    if (bytes.byteLength > maxIndexedBytes) {
      throw new UnsupportedValueError(`An indexed value has at most ${maxIndexedBytes} bytes.`);
    }
    const bindingByteLength = index.#binding.byteLength;
    const message = new Uint8Array(new ArrayBuffer(bindingByteLength + 2 + bytes.byteLength));
    message.set(index.#binding);
    new DataView(message.buffer).setUint16(bindingByteLength, version);
    message.set(bytes, bindingByteLength + 2);
    if (bytes !== value) bytes.fill(0);
    return message;
  }
}

/**
 * Declares a blind index: a column from which equal values can be found without being decrypted. Equality is what it
 * gives away too, to whoever reads the table: see "What it gives away" in docs/formats/blind-index.md before declaring one.
 *
 * @throws {@link LowEntropyIndexError} for a kind of few values without `acceptLowEntropy: true`
 * @throws {@link InvalidArgumentError} for an unknown kind, or bits that are no integer from 16 to 256
 * @throws {@link InvalidEncryptionContextError} for a tenant, scope or name that cannot be bound
 * @example
 * ```ts
 * const emails = declareBlindIndex({
 *   tenant: 'acme',
 *   scope: { kind: 'service', id: 'crm' },
 *   table: 'people',
 *   column: 'email',
 *   name: 'exact',
 *   values: 'email',
 *   bits: 64,
 * });
 * ```
 */
export function declareBlindIndex<K extends IndexValueKind>(
  options: BlindIndexOptions<K>,
): BlindIndexDeclaration<K> {
  requireObject('The declaration of an index', options);
  const { values, bits } = options;
  if (!isNameIn(indexValueKinds, values)) {
    throw new InvalidArgumentError(
      `An index's values must be one of ${Object.keys(indexValueKinds).join(', ')}.`,
    );
  }
  if (!Number.isInteger(bits) || bits < minIndexBits || bits > maxIndexBits) {
    throw new InvalidArgumentError(`An index entry has ${minIndexBits} to ${maxIndexBits} bits.`);
  }
  const { code, lowEntropy } = indexValueKinds[values];
  if (lowEntropy && options.acceptLowEntropy !== true) {
    throw new LowEntropyIndexError(`Values of the kind ${values} are few enough to be tried out.`);
  }
  const out = new CanonicalBytes();
  out.fixed(derivationLabels.blindIndex);
  out.u8(suiteAes256GcmHkdfSha256);
  writeTenantAndScope(out, options.tenant, options.scope);
  out.name('The table', options.table);
  out.name('The column', options.column);
  out.name("The index's name", options.name);
  out.u8(code);
  out.u16(bits);
  return new BlindIndexDeclaration(values, bits, out.finish());
}

/**
 * How many rows a query finds on average **besides** those that hold the value, because their entries happen to be the
 * same: rows · 2^-bits. They are sorted out after decryption. It is also what hides a value among others: at 0.01 an entry
 * stands for one value, at 100 for about a hundred rows' worth of them.
 *
 * @param rows rows in the table
 * @param bits of an entry, 16 to 256
 * @throws {@link InvalidArgumentError} for bits outside of that, or rows that are no number from 0
 * @example
 * ```ts
 * expectedMatches(2 ** 30, 32); // → 0.25
 * ```
 */
export function expectedMatches(rows: number, bits: number): number {
  if (!Number.isInteger(bits) || bits < minIndexBits || bits > maxIndexBits) {
    throw new InvalidArgumentError(`An index entry has ${minIndexBits} to ${maxIndexBits} bits.`);
  }
  if (!(Number.isFinite(rows) && rows >= 0)) throw new InvalidArgumentError('Rows are a number from 0.');
  return rows * 2 ** -bits;
}
