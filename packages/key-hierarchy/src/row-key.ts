import { InvalidArgumentError } from '@keyfold/crypto-core';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Most parts of a row's key. */
const maxParts = 8;

/**
 * Encodes a row's key so that comparing the encodings byte by byte orders keys part by part, each by its UTF-8 bytes, a key
 * before those that it begins. No two keys have the same encoding, also none of different numbers of parts.
 *
 * Each part ends with 00 01; a zero byte within a part is written 00 FF, so that an end sorts before any continuation.
 *
 * @param key one to eight parts
 * @throws {@link InvalidArgumentError} for no or too many parts, or lone surrogates, which have no UTF-8 form
 * @example
 * ```ts
 * encodeRowKey(['acme', 'billing']); // Uint8Array of 15 bytes: 'acme' 00 01 'billing' 00 01
 * ```
 */
export function encodeRowKey(key: readonly string[]): Uint8Array<ArrayBuffer> {
  if (key.length === 0 || key.length > maxParts) {
    throw new InvalidArgumentError(`A row's key has 1 to ${maxParts} parts.`);
  }
  return encodeParts(key);
}

/**
 * The key that {@link encodeRowKey} encoded so.
 *
 * @throws {@link InvalidArgumentError} for bytes that it never returns
 * @example
 * ```ts
 * decodeRowKey(encodeRowKey(['acme', 'billing'])); // ['acme', 'billing']
 * ```
 */
export function decodeRowKey(encoded: Uint8Array): readonly string[] {
  const key: string[] = [];
  let part: number[] = [];
  for (let at = 0; at < encoded.byteLength; at++) {
    const byte = encoded[at] ?? 0;
    if (byte !== 0) {
      part.push(byte);
      continue;
    }
    at += 1;
    if (encoded[at] === 0xff) {
      part.push(0);
    } else if (encoded[at] === 0x01) {
      key.push(decoder.decode(Uint8Array.from(part)));
      part = [];
    } else {
      throw new InvalidArgumentError("The bytes are no row's key.");
    }
  }
  if (part.length > 0) throw new InvalidArgumentError("The bytes are no row's key.");
  return key;
}

/**
 * The encodings that begin with `prefix` lie from the first bound, included, to the second, excluded. Without a prefix there is
 * no upper bound.
 *
 * @throws {@link InvalidArgumentError} as {@link encodeRowKey}, except that a prefix may be empty
 * @example
 * ```ts
 * const { from, to } = rowKeyRange(['acme']); // every key whose first part is 'acme'
 * ```
 */
export function rowKeyRange(prefix: readonly string[]): {
  readonly from: Uint8Array<ArrayBuffer>;
  readonly to: Uint8Array<ArrayBuffer> | undefined;
} {
  const from = encodeParts(prefix);
  if (prefix.length === 0) return { from, to: undefined };
  const to = from.slice();
  to[to.byteLength - 1] = 0x02;
  return { from, to };
}

function encodeParts(parts: readonly string[]): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (const part of parts) {
    if (!part.isWellFormed()) {
      throw new InvalidArgumentError("A row's key contains a lone surrogate, which has no UTF-8 form.");
    }
    for (const byte of encoder.encode(part)) {
      out.push(byte);
      if (byte === 0) out.push(0xff);
    }
    out.push(0x00, 0x01);
  }
  return Uint8Array.from(out);
}
