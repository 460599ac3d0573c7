import type { KeyObject } from 'node:crypto';
import { nonceByteLength, tagByteLength } from '../format.ts';
import type { EncodedPlaintext } from '../plaintext-codec.ts';
import { sealAt } from './aead.ts';
import { unshared } from './unshared.ts';

// Type byte and content are put side by side here, because a second update() costs a fifth of a small seal.
// In memory of its own, and zeroised after each use. Sealing is synchronous, so that one such place a thread
// is enough. It is allocated by the first seal, not by whoever imports this: until then nothing fits into it.
const scratchByteLength = 8192;
let scratch: Uint8Array<ArrayBuffer> = new Uint8Array(0);
let scratchContent: Uint8Array<ArrayBuffer> = scratch;
/** How long a content may be for the scratch, in bytes. */
let scratchCapacity = -1;
/**
 * Views of the scratch's first bytes by length, made when first needed: a new one each time costs 3 % of a
 * small seal.
 */
const scratchViews: (Uint8Array | undefined)[] = [];
const maxKnownViews = 1026;
const utf8 = new TextEncoder();

/**
 * form 1 ‖ header ‖ nonce 12 ‖ encrypted (type 1 ‖ content n) ‖ tag 16.
 *
 * @param header the data key's header for a value, nothing for a field
 * @param key 32 bytes
 * @param nonce 12 bytes, never used before with this key
 */
export function sealContent(
  form: number,
  header: Uint8Array,
  key: KeyObject,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: EncodedPlaintext,
): Buffer {
  const { content } = plaintext;
  let byteLength: number;
  if (typeof content === 'string') {
    // A unit of a string becomes at most three bytes of UTF-8.
    if (content.length * 3 > scratchCapacity) return sealLarge(form, header, key, nonce, aad, plaintext);
    byteLength = 1 + utf8.encodeInto(content, scratchContent).written;
  } else {
    if (content.length > scratchCapacity) return sealLarge(form, header, key, nonce, aad, plaintext);
    scratchContent.set(content);
    byteLength = 1 + content.length;
  }
  scratch[0] = plaintext.type;
  try {
    const out = allocate(form, header, byteLength);
    sealAt(out, 1 + header.length, key, nonce, aad, scratchView(byteLength));
    return out;
  } finally {
    scratch.fill(0, 0, byteLength);
  }
}

function allocateScratch(): void {
  scratch = new Uint8Array(new ArrayBuffer(scratchByteLength));
  scratchContent = scratch.subarray(1);
  scratchCapacity = scratchContent.byteLength;
  scratchViews.length = maxKnownViews;
}

function scratchView(byteLength: number): Uint8Array {
  const known = scratchViews[byteLength];
  if (known !== undefined) return known;
  const view = scratch.subarray(0, byteLength);
  if (byteLength < maxKnownViews) scratchViews[byteLength] = view;
  return view;
}

function sealLarge(
  form: number,
  header: Uint8Array,
  key: KeyObject,
  nonce: Uint8Array,
  aad: Uint8Array,
  { type, content }: EncodedPlaintext,
): Buffer {
  if (scratchCapacity < 0) allocateScratch(); // for the next one
  const bytes = typeof content === 'string' ? utf8.encode(content) : unshared(content);
  try {
    const out = allocate(form, header, 1 + bytes.byteLength);
    sealAt(out, 1 + header.byteLength, key, nonce, aad, Uint8Array.of(type), bytes);
    return out;
  } finally {
    if (bytes !== content) bytes.fill(0);
  }
}

function allocate(form: number, header: Uint8Array, plaintextByteLength: number): Buffer {
  const out = Buffer.allocUnsafe(1 + header.length + nonceByteLength + plaintextByteLength + tagByteLength);
  out[0] = form;
  out.set(header, 1);
  return out;
}
