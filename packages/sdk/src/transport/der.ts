/** One element of DER (ITU-T X.690 §8.1): its tag, and what is in it. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** Tags (ITU-T X.680 §8.4) that are looked for. */
export const derTags = {
  integer: 0x02,
  oid: 0x06,
  sequence: 0x30,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/**
 * The elements that follow one another in `bytes`: just enough DER to find a date or an algorithm in a structure whose
 * form OpenSSL checks.
 *
 * @throws {RangeError} for what is no DER
 */
export function* derElements(bytes: Uint8Array): Generator<DerElement, undefined> {
  let offset = 0;
  while (offset < bytes.byteLength) {
    const tag = byteAt(bytes, offset);
    let byteLength = byteAt(bytes, offset + 1);
    let start = offset + 2;
    if (byteLength > 0x80) {
      const lengthBytes = byteLength - 0x80;
      if (lengthBytes > 4) throw new RangeError('An element is too long.');
      byteLength = 0;
      for (let index = 0; index < lengthBytes; index++) {
        byteLength = byteLength * 256 + byteAt(bytes, start + index);
      }
      start += lengthBytes;
    }
    if (start + byteLength > bytes.byteLength) throw new RangeError('An element ends too early.');
    yield { tag, content: bytes.subarray(start, start + byteLength) };
    offset = start + byteLength;
  }
}

/**
 * The content of the only element, which has to be a sequence.
 *
 * @throws {RangeError} for anything else
 */
export function derSequence(bytes: Uint8Array): readonly DerElement[] {
  const [first] = derElements(bytes);
  if (first?.tag !== derTags.sequence) throw new RangeError('There is no sequence.');
  return [...derElements(first.content)];
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new RangeError('An element ends too early.');
  return byte;
}
