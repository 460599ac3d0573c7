import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type Awaitable,
  encodeRecordHeader,
  isKeyfoldError,
  parseRecordHeader,
  parseValue,
} from '../src/index.ts';
import { codeOf, newDataKey, singleBitFlips } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { fieldContext, codeOf as syncCodeOf, valueContext } from './fixtures.ts';

const card = '4111 1111 1111 1111';
const ssn = '078-05-1120';
const field = fieldContext();

/** Which error a flip at this byte of a value gives: form, suite, everything else. */
function valueCode(at: number): string {
  return ['not_keyfold_ciphertext', 'unsupported_format'][at] ?? 'integrity_check_failed';
}

/** Which error a value or field cut to this length gives. */
function cutCode(length: number, minByteLength: number): string {
  if (length === 0) return 'not_keyfold_ciphertext';
  return length < minByteLength ? 'truncated_ciphertext' : 'integrity_check_failed';
}

describe.each(backends)('a changed ciphertext on %s', (_, backend) => {
  const prepared = async () => {
    const { sealer, opener } = await newDataKey(backend);
    return {
      value: await sealer.sealValue(card, valueContext),
      sealedField: await sealer.sealField(ssn, field, 7),
      header: sealer.recordHeader(),
      openValue: (bytes: Uint8Array) => opener.openValue(bytes, valueContext),
      openField: (bytes: Uint8Array) => opener.openField(bytes, field, 7),
    };
  };

  it('fails by name for each single bit of a value', async () => {
    const { value, openValue } = await prepared();
    for (const { at, flipped } of singleBitFlips(value)) {
      expect(await codeOf(() => openValue(flipped)), `byte ${at}`).toBe(valueCode(at));
    }
  });

  it('fails by name for each single bit of a field', async () => {
    const { sealedField, openField } = await prepared();
    for (const { at, flipped } of singleBitFlips(sealedField)) {
      const expected = at === 0 ? 'not_keyfold_ciphertext' : 'integrity_check_failed';
      expect(await codeOf(() => openField(flipped)), `byte ${at}`).toBe(expected);
    }
  });

  it('fails by name for each single bit of a record header', async () => {
    const { header } = await prepared();
    for (const { at, flipped } of singleBitFlips(header)) {
      if (at < 2) {
        expect(
          syncCodeOf(() => parseRecordHeader(flipped)),
          `byte ${at}`,
        ).toBe(valueCode(at));
      } else {
        // Nothing in a header is checked before its key is unwrapped: it names another key, or does not
        // unwrap.
        expect(encodeRecordHeader(parseRecordHeader(flipped))).not.toEqual(header);
      }
    }
  });

  it('opens under no header of which one bit was changed', async () => {
    const { header, secret } = await newDataKey(backend);
    for (const { at, flipped } of singleBitFlips(encodeRecordHeader(header))) {
      if (at < 2) continue;
      const code = await codeOf(() => backend.openDataKey(parseRecordHeader(flipped), secret.clone()));
      // Key reference and wrapped key may change with a rewrap; the commitment never.
      expect(code, `byte ${at}`).toBe(at < 70 ? 'did not throw' : 'commitment_mismatch');
    }
  });

  it('fails by name for each truncation', async () => {
    const { value, sealedField, header, openValue, openField } = await prepared();
    for (let length = 0; length < value.length; length++) {
      const cut = value.subarray(0, length);
      expect(await codeOf(() => openValue(cut)), `${length} bytes`).toBe(cutCode(length, 131));
      if (length < 131) expect(syncCodeOf(() => parseValue(cut))).toBe(cutCode(length, 131));
    }
    for (let length = 0; length < sealedField.length; length++) {
      const cut = sealedField.subarray(0, length);
      expect(await codeOf(() => openField(cut)), `${length} bytes`).toBe(cutCode(length, 30));
    }
    for (let length = 1; length < header.length; length++) {
      expect(syncCodeOf(() => parseRecordHeader(header.subarray(0, length)))).toBe('truncated_ciphertext');
    }
  });

  it('fails by name for each extension, in front and behind', async () => {
    const { value, sealedField, header, openValue, openField } = await prepared();
    for (let extra = 1; extra <= 64; extra++) {
      const more = new Uint8Array(extra);
      const longer = (bytes: Uint8Array) => Uint8Array.of(...bytes, ...more);
      expect(await codeOf(() => openValue(longer(value)))).toBe('integrity_check_failed');
      expect(await codeOf(() => openField(longer(sealedField)))).toBe('integrity_check_failed');
      expect(syncCodeOf(() => parseRecordHeader(longer(header)))).toBe('non_canonical_encoding');
      expect(await codeOf(() => openValue(Uint8Array.of(...more, ...value)))).toBe('not_keyfold_ciphertext');
      expect(await codeOf(() => openField(Uint8Array.of(...more, ...sealedField)))).toBe(
        'not_keyfold_ciphertext',
      );
    }
  });

  it('fails by name above every length that is sealed, before a runtime is asked', async () => {
    const { opener, sealer } = await newDataKey(backend);
    const value = new Uint8Array(2 ** 31 + 200); // memory that is reserved only: nothing reads it
    value.set(await sealer.sealValue('x', valueContext));
    expect(await codeOf(() => opener.openValue(value, valueContext))).toBe('integrity_check_failed');
    const field = value.subarray(1);
    field[0] = 0xf7;
    expect(await codeOf(() => opener.openField(field, fieldContext(), 1))).toBe('integrity_check_failed');
  });

  it('fails with one and the same error, whatever part of it was changed, which says nothing of it', async () => {
    const { value, sealedField, openValue, openField } = await prepared();
    const said = new Set<string>();
    const shown: string[] = [];
    const collect = async (call: () => Awaitable<unknown>) => {
      const error: unknown = await Promise.resolve()
        .then(call)
        .then(
          () => 'opened',
          (thrown: unknown) => thrown,
        );
      if (!isKeyfoldError(error)) throw new Error('It failed in another way, or not at all.');
      said.add(`${error.code} ${error.message}`);
      shown.push(inspect(error), JSON.stringify(error));
    };
    for (const { at, flipped } of singleBitFlips(sealedField))
      if (at > 0) await collect(() => openField(flipped));
    expect(said.size).toBe(1);
    // A value's header is compared first, and is public: it may say that it is the header.
    for (const { at, flipped } of singleBitFlips(value))
      if (at > 101) await collect(() => openValue(flipped));
    expect(said.size).toBe(1);
    for (const text of shown) {
      expect(text).not.toContain(ssn);
      expect(text).not.toContain(card);
    }
  });
});
