import { randomFillSync } from 'node:crypto';

/** Few enough that the engine does not take a fill for work worth compiling with its largest compiler, which would stay in memory. */
const idsPerFill = 32;
const idByteLength = 16;
/** To ask the generator costs as much as to write out the ids of a fill. */
const fillsPerPool = 16;
/** 32 digits and four hyphens. */
const idLength = 36;
const digits = Buffer.from('0123456789abcdef', 'latin1');
const hyphen = '-'.charCodeAt(0);
/** RFC 9562 §4: bytes before which a hyphen stands. */
const hyphenBefore: ReadonlySet<number> = new Set([4, 6, 8, 10]);

/**
 * Ids for requests: random UUIDs (RFC 9562 §5.4), made many at a time. Each is a text in one piece: `randomUUID()` puts its own together
 * from twenty, which every header and every journal entry then drags along.
 */
export class RequestIds {
  readonly #bytes = Buffer.alloc(idsPerFill * fillsPerPool * idByteLength);
  #bytesAt = this.#bytes.byteLength;
  readonly #text = Buffer.alloc(idsPerFill * idLength);
  #at = this.#text.byteLength;

  next(): string {
    if (this.#at === this.#text.byteLength) this.#fill();
    const end = this.#at + idLength;
    const id = this.#text.toString('latin1', this.#at, end);
    this.#at = end;
    return id;
  }

  #fill(): void {
    if (this.#bytesAt === this.#bytes.byteLength) {
      randomFillSync(this.#bytes);
      this.#bytesAt = 0;
    }
    let at = 0;
    const end = this.#bytesAt + idsPerFill * idByteLength;
    for (let index = this.#bytesAt; index < end; index++) {
      const place = index % idByteLength;
      const random = this.#bytes[index] ?? 0;
      // Version 4 and the variant of RFC 9562 §4.1.
      const byte = place === 6 ? (random & 0x0f) | 0x40 : place === 8 ? (random & 0x3f) | 0x80 : random;
      if (hyphenBefore.has(place)) this.#text[at++] = hyphen;
      this.#text[at++] = digits[byte >> 4] ?? 0;
      this.#text[at++] = digits[byte & 15] ?? 0;
    }
    this.#bytesAt = end;
    this.#at = 0;
  }
}
