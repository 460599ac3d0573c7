import { describe, expect, it } from 'vitest';
import { integerId, text } from '../src/index.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const context = { card: '42' };
const schema = { id: integerId('id'), fields: { a: text() } };

/** What no compiler let through: plain JavaScript hands over anything. */
const anything = (value: unknown) => value as never;

describe('a call from plain JavaScript', () => {
  const keys = serviceBench().serviceKeys();
  const table = keys.table('t', schema);
  const calls: readonly [string, string, () => Promise<unknown>][] = [
    ['no options to encrypt', 'encryption_context_required', () => keys.encrypt('x', anything(undefined))],
    ['no options to decrypt', 'encryption_context_required', () => keys.decrypt('kf1.', anything(null))],
    ['null to decrypt', 'not_keyfold_ciphertext', () => keys.decrypt(anything(null), { context })],
    ['null to rewrap', 'not_keyfold_ciphertext', () => keys.rewrap(anything(null))],
    ['a set of values', 'invalid_argument', () => keys.encryptMany(anything(new Set([1])))],
    ['a set to decrypt', 'invalid_argument', () => keys.decryptMany(anything(new Set([1])))],
    ['a signal for options', 'option_invalid', () => keys.rewrap('kf1.', anything('signal'))],
    ['a number for options', 'option_invalid', () => table.decryptMany([], anything(5))],
    ['null for options of a batch', 'option_invalid', () => keys.encryptMany([], anything(null))],
    ['null for options to decrypt many', 'option_invalid', () => keys.decryptMany([], anything(null))],
    ['null for options to rewrap', 'option_invalid', () => keys.rewrap('kf1.', anything(null))],
    ['null for options of a row', 'option_invalid', () => table.encrypt({ id: 1, a: 'x' }, anything(null))],
    ['null for options of rows', 'option_invalid', () => table.decryptMany([], anything(null))],
    ['null among values', 'batch_item_failed', () => keys.encryptMany([anything(null)])],
    ['null among sealed values', 'batch_item_failed', () => keys.decryptMany([anything(null)])],
    ['null for a row', 'row_invalid', () => table.encrypt(anything(null))],
    ['nothing for a row', 'row_invalid', () => table.decrypt(anything(undefined))],
    ['an object for rows', 'invalid_argument', () => table.encryptMany(anything({}))],
    ['a set of rows', 'invalid_argument', () => table.decryptMany(anything(new Set([{}])))],
    ['null among rows', 'batch_item_failed', () => table.encryptMany([anything(null)])],
    ['holes among rows', 'batch_item_failed', () => table.encryptMany(new Array(1))],
  ];

  it.each(calls)('with %s gets a typed error (%s)', async (_, code, call) => {
    expect(await rejection(call())).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  });

  const unknown = anything({ context, Signal: AbortSignal.abort() });
  const misspelt: readonly [string, () => Promise<unknown>][] = [
    ['encrypt', () => keys.encrypt('x', unknown)],
    ['encryptBytes', () => keys.encryptBytes('x', unknown)],
    ['decrypt', () => keys.decrypt('kf1.', unknown)],
    ['encryptMany', () => keys.encryptMany([], anything({ Signal: 1 }))],
    ['decryptMany', () => keys.decryptMany([], anything({ Signal: 1 }))],
    ['rewrap', () => keys.rewrap('kf1.', anything({ Signal: 1 }))],
    ['table.encrypt', () => table.encrypt({ id: 1, a: 'x' }, anything({ Signal: 1 }))],
    ['table.encryptMany', () => table.encryptMany([], anything({ Signal: 1 }))],
    ['table.decrypt', () => table.decrypt(anything({}), anything({ Signal: 1 }))],
    ['table.decryptMany', () => table.decryptMany([], anything({ Signal: 1 }))],
  ];

  it.each(misspelt)('of %s with a misspelt option gets an error that names it', async (_, call) => {
    expect(await rejection(call())).toMatchObject({
      code: 'option_invalid',
      layer: 'config',
      message: 'There is no option Signal.',
    });
  });

  it('whose option is a secret in the wrong place is not told its name', async () => {
    const options = anything({ context, '4111 1111 1111 1111': true });
    const error = await rejection(keys.encrypt('x', options));
    expect(error).toMatchObject({ code: 'option_invalid', message: 'There is no option ….' });
  });

  it.each([
    ['no schema', undefined],
    ['no fields', { id: integerId('id') }],
    ['no id', { fields: { a: text() } }],
    ['text for a column', { id: integerId('id'), fields: { a: 'text' } }],
    ['a number for the header', { ...schema, header: 5 }],
  ])('that declares a table with %s gets a typed error', (_, wrong) => {
    expect(() => keys.table('t', anything(wrong))).toThrow(
      expect.objectContaining({ code: 'table_invalid' }),
    );
  });
});
