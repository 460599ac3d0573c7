import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { readStrictJson, StrictJsonError } from '../src/index.ts';

/** Texts that the suite lets a parser accept or refuse, and those that it wants accepted and this one refuses: pinned. */
const pinned: Readonly<Record<string, string>> = {
  y_object_duplicated_key: 'duplicate_name',
  y_object_duplicated_key_and_value: 'duplicate_name',
  i_number_double_huge_neg_exp: 'accepted', // underflows to 0
  i_number_huge_exp: 'number_out_of_range',
  i_number_neg_int_huge_exp: 'number_out_of_range',
  i_number_pos_double_huge_exp: 'number_out_of_range',
  i_number_real_neg_overflow: 'number_out_of_range',
  i_number_real_pos_overflow: 'number_out_of_range',
  i_number_real_underflow: 'accepted',
  i_number_too_big_neg_int: 'number_out_of_range',
  i_number_too_big_pos_int: 'number_out_of_range',
  i_number_very_big_negative_int: 'number_out_of_range',
  i_object_key_lone_2nd_surrogate: 'lone_surrogate',
  i_string_1st_surrogate_but_2nd_missing: 'lone_surrogate',
  i_string_1st_valid_surrogate_2nd_invalid: 'lone_surrogate',
  'i_string_UTF-16LE_with_BOM': 'not_utf8',
  'i_string_UTF-8_invalid_sequence': 'not_utf8',
  'i_string_UTF8_surrogate_U+D800': 'not_utf8',
  i_string_incomplete_surrogate_and_escape_valid: 'lone_surrogate',
  i_string_incomplete_surrogate_pair: 'lone_surrogate',
  i_string_incomplete_surrogates_escape_valid: 'lone_surrogate',
  i_string_invalid_lonely_surrogate: 'lone_surrogate',
  i_string_invalid_surrogate: 'lone_surrogate',
  'i_string_invalid_utf-8': 'not_utf8',
  'i_string_inverted_surrogates_U+1D11E': 'lone_surrogate',
  i_string_iso_latin_1: 'not_utf8',
  i_string_lone_second_surrogate: 'lone_surrogate',
  i_string_lone_utf8_continuation_byte: 'not_utf8',
  i_string_not_in_unicode_range: 'not_utf8',
  i_string_overlong_sequence_2_bytes: 'not_utf8',
  i_string_overlong_sequence_6_bytes: 'not_utf8',
  i_string_overlong_sequence_6_bytes_null: 'not_utf8',
  'i_string_truncated-utf-8': 'not_utf8',
  i_string_utf16BE_no_BOM: 'not_utf8',
  i_string_utf16LE_no_BOM: 'not_utf8',
  i_structure_500_nested_arrays: 'too_deep',
  'i_structure_UTF-8_BOM_empty_object': 'not_valid',
};

function outcomeOf(bytes: Uint8Array): string {
  try {
    readStrictJson(bytes);
    return 'accepted';
  } catch (error) {
    if (error instanceof StrictJsonError) return error.fault;
    throw error;
  }
}

const probe = evidence.vectors('json-test-suite/test_parsing/y_array_empty.json');

describe('the JSON test suite', () => {
  if (!probe.found) {
    it('is not there', () => evidence.missing(probe.path));
    return;
  }
  const folder = dirname(probe.path);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));

  it('has the pinned answer for every text', () => {
    for (const name of names) {
      const expected = pinned[name] ?? { y: 'accepted', n: 'not_valid' }[name.charAt(0)];
      // The files are read as bytes: some are no UTF-8 on purpose.
      expect(outcomeOf(readFileSync(join(folder, `${name}.json`))), name).toBe(expected);
    }
    evidence.report('json-test-suite', names.length);
    expect(names.length).toBe(130);
    expect(Object.keys(pinned).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('gives what JSON.parse gives, where it accepts', () => {
    for (const name of names) {
      const bytes = readFileSync(join(folder, `${name}.json`));
      if (outcomeOf(bytes) !== 'accepted') continue;
      expect(readStrictJson(bytes), name).toEqual(JSON.parse(bytes.toString('utf8')));
    }
  });
});
