import { describe, expect, it } from 'vitest';
import { parseRecordHeader, parseValue } from '../src/index.ts';
import { codeOf, dataKeyPair, fieldContext, valueContext } from './fixtures.ts';

const { sealer, opener } = dataKeyPair();
const field = fieldContext();

function* singleBitFlips(bytes: Uint8Array): Generator<{ at: number; flipped: Uint8Array }> {
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (bytes[at] ?? 0) ^ (1 << bit);
      yield { at, flipped };
    }
  }
}

/** Which error a flip at this byte of a value gives: form, suite, everything else. */
function valueCode(at: number): string {
  return ['not_keyfold_ciphertext', 'unsupported_format'][at] ?? 'integrity_check_failed';
}

describe('a changed ciphertext', () => {
  const value = sealer.sealValue('4111 1111 1111 1111', valueContext);
  const sealedField = sealer.sealField('078-05-1120', field, 7);

  it('fails by name for each single bit of a value', () => {
    for (const { at, flipped } of singleBitFlips(value)) {
      expect(
        codeOf(() => opener.openValue(flipped, valueContext)),
        `byte ${at}`,
      ).toBe(valueCode(at));
    }
  });

  it('fails by name for each single bit of a field', () => {
    for (const { at, flipped } of singleBitFlips(sealedField)) {
      const expected = at === 0 ? 'not_keyfold_ciphertext' : 'integrity_check_failed';
      expect(
        codeOf(() => opener.openField(flipped, field, 7)),
        `byte ${at}`,
      ).toBe(expected);
    }
  });

  it('fails by name for each single bit of a record header', () => {
    for (const { at, flipped } of singleBitFlips(sealer.recordHeader())) {
      if (at < 2) {
        expect(
          codeOf(() => parseRecordHeader(flipped)),
          `byte ${at}`,
        ).toBe(valueCode(at));
      } else {
        // Nothing in a header is checked before its key is unwrapped: it names another key, or does not
        // unwrap.
        expect(parseRecordHeader(flipped).bytes).not.toEqual(sealer.header.bytes);
      }
    }
  });

  it('fails by name for each truncation', () => {
    for (let length = 0; length < value.length; length++) {
      const expected =
        length === 0
          ? 'not_keyfold_ciphertext'
          : length < 131
            ? 'truncated_ciphertext'
            : 'integrity_check_failed';
      expect(
        codeOf(() => opener.openValue(value.subarray(0, length), valueContext)),
        `${length} bytes`,
      ).toBe(expected);
      if (length < 131) expect(codeOf(() => parseValue(value.subarray(0, length)))).toBe(expected);
    }
    for (let length = 0; length < sealedField.length; length++) {
      const expected =
        length === 0
          ? 'not_keyfold_ciphertext'
          : length < 30
            ? 'truncated_ciphertext'
            : 'integrity_check_failed';
      expect(codeOf(() => opener.openField(sealedField.subarray(0, length), field, 7))).toBe(expected);
    }
    const header = sealer.recordHeader();
    for (let length = 1; length < header.length; length++) {
      expect(codeOf(() => parseRecordHeader(header.subarray(0, length)))).toBe('truncated_ciphertext');
    }
  });

  it('fails by name for each extension', () => {
    for (let extra = 1; extra <= 64; extra++) {
      const longer = (bytes: Uint8Array) => Uint8Array.of(...bytes, ...new Uint8Array(extra));
      expect(codeOf(() => opener.openValue(longer(value), valueContext))).toBe('integrity_check_failed');
      expect(codeOf(() => opener.openField(longer(sealedField), field, 7))).toBe('integrity_check_failed');
      expect(codeOf(() => parseRecordHeader(longer(sealer.recordHeader())))).toBe('non_canonical_encoding');
    }
  });

  it('fails with one and the same error, whatever part of it was changed', () => {
    const messages = new Set<string>();
    for (const { at, flipped } of singleBitFlips(sealedField)) {
      if (at === 0) continue;
      try {
        opener.openField(flipped, field, 7);
      } catch (error) {
        messages.add(String(error));
      }
    }
    expect(messages.size).toBe(1);
  });
});
