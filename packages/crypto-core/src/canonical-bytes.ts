import { InvalidEncryptionContextError } from './crypto-errors.ts';

/** Longest tenant, scope id, table and field name, in bytes of UTF-8. */
export const maxNameBytes = 255;

/** Longest lp16 part in bytes. */
const maxPartBytes = 0xffff;

const noBytes = new Uint8Array(0);
/** Where finished bytes lie side by side: memory of its own for each would cost a tenth of a small seal. Nothing of it is secret. */
let slab = new ArrayBuffer(0);
let slabUsed = 0;
const slabByteLength = 8192;
/** Longer ones have memory of their own. */
const maxSlabPartBytes = 512;

/** The buffer of an object that has finished, for the next one: allocating it costs more than filling it. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/**
 * Builds the canonical bytes that are authenticated with a ciphertext (docs/formats/aad.md). Every variable
 * part is preceded by its length, so that no two different lists of parts give the same bytes.
 */
export class CanonicalBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor() {
    this.#bytes = spare ?? new Uint8Array(512);
    spare = undefined; // taken, so that an object made meanwhile (by a getter in a caller's context) has its own
  }

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** Big-endian, two bytes. */
  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value);
  }

  /** Big-endian, four bytes. */
  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value);
  }

  /** The bytes as they are: only for parts of fixed length. */
  fixed(bytes: Uint8Array): void {
    this.#room(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** lp16(bytes): a 16-bit big-endian length, then the bytes. */
  part(what: string, bytes: Uint8Array): void {
    if (bytes.byteLength > maxPartBytes) {
      throw new InvalidEncryptionContextError(`${what} is longer than ${maxPartBytes} bytes.`);
    }
    this.u16(bytes.byteLength);
    this.fixed(bytes);
  }

  /**
   * lp16(UTF-8 of `text`), without normalisation.
   *
   * @throws {@link InvalidEncryptionContextError} for lone surrogates, which have no UTF-8 form, or more than
   *   65,535 bytes
   */
  text(what: string, text: string): void {
    const lengthAt = this.#length;
    this.u16(0);
    // No unit has less than one byte; checked first, so that an absurd length reserves no memory.
    if (text.length <= maxPartBytes) this.#utf8(what, text);
    const byteLength = this.#length - lengthAt - 2;
    if (text.length > maxPartBytes || byteLength > maxPartBytes) {
      throw new InvalidEncryptionContextError(`${what} is longer than ${maxPartBytes} bytes.`);
    }
    this.#bytes[lengthAt] = byteLength >>> 8;
    this.#bytes[lengthAt + 1] = byteLength;
  }

  /**
   * lp16(UTF-8 of a name that must be there), 1 to 255 bytes.
   *
   * @throws {@link InvalidEncryptionContextError} when it is not a string, empty, too long, or has lone
   *   surrogates
   */
  name(what: string, name: string): void {
    if (typeof name !== 'string' || name === '') {
      throw new InvalidEncryptionContextError(`${what} must be a non-empty string.`);
    }
    const before = this.#length;
    this.text(what, name);
    if (this.#length - before - 2 > maxNameBytes) {
      throw new InvalidEncryptionContextError(`${what} is longer than ${maxNameBytes} bytes.`);
    }
  }

  /**
   * lp16 of nothing, for a name that must not be there.
   *
   * @throws {@link InvalidEncryptionContextError} when it is anything but the empty string
   */
  absent(what: string, name: string): void {
    if (name !== '') throw new InvalidEncryptionContextError(`${what} must be empty.`);
    this.u16(0);
  }

  /**
   * A copy of what was written, not to be changed. Ends the use of this object.
   *
   * Never on the engine's heap, where small typed arrays are slower to hand to native code.
   */
  finish(): Uint8Array<ArrayBuffer> {
    const copy = allocate(this.#length);
    copy.set(this.#bytes.subarray(0, this.#length));
    spare = this.#bytes;
    this.#bytes = noBytes;
    return copy;
  }

  /**
   * Written by hand: names are short, and a call of TextEncoder each costs more than the rest of the context
   * together.
   */
  #utf8(what: string, text: string): void {
    this.#room(text.length * 3);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      let unit = text.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
        continue;
      }
      if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >>> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
        continue;
      }
      if (unit >= 0xd800 && unit <= 0xdfff) {
        const low = text.charCodeAt(i + 1);
        // NaN past the end fails both comparisons' negation too, so a high surrogate at the end is lone as
        // well.
        if (unit > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) {
          throw new InvalidEncryptionContextError(
            `${what} contains a lone surrogate, which has no UTF-8 form.`,
          );
        }
        i++;
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        bytes[at++] = 0xf0 | (unit >>> 18);
        bytes[at++] = 0x80 | ((unit >>> 12) & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (unit >>> 12);
      }
      bytes[at++] = 0x80 | ((unit >>> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    }
    this.#length = at;
  }

  #room(byteLength: number): void {
    const needed = this.#length + byteLength;
    if (needed <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.byteLength * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function allocate(byteLength: number): Uint8Array<ArrayBuffer> {
  if (byteLength > maxSlabPartBytes) return new Uint8Array(new ArrayBuffer(byteLength));
  if (slabUsed + byteLength > slab.byteLength) {
    slab = new ArrayBuffer(slabByteLength);
    slabUsed = 0;
  }
  const bytes = new Uint8Array(slab, slabUsed, byteLength);
  slabUsed += byteLength;
  return bytes;
}
