import { describe, expect, it } from 'vitest';
import {
  bigint,
  boolean,
  bytes,
  clear,
  date,
  integerId,
  json,
  number,
  text,
  textId,
  uuidId,
} from '../src/index.ts';
import { globex, shipping } from './support/cache-bench.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const schema = {
  id: integerId('id'),
  fields: {
    ssn: text(),
    note: text().nullable(),
    bornAt: date().nullable(),
    balance: number().nullable(),
    plan: clear<string | null>(),
  },
};

const person = { id: 7, ssn: '078-05-1120', note: null, bornAt: new Date(0), balance: 1.5, plan: 'pro' };

function tables() {
  const bench = serviceBench();
  return {
    ...bench,
    people: bench.serviceKeys().table('people', schema),
    peopleElsewhere: bench.elsewhere().table('people', schema),
  };
}

describe('a row', () => {
  it('has its declared columns encrypted, its clear ones as they were, and one header', async () => {
    const { people } = tables();
    const row = await people.encrypt(person);
    expect(Object.keys(row)).toEqual(['id', 'plan', 'ssn', 'note', 'bornAt', 'balance', 'keyfold']);
    expect(row).toMatchObject({ id: 7, plan: 'pro', note: null });
    expect(row.ssn.byteLength).toBe(30 + 11);
    expect(row.keyfold.byteLength).toBe(102);
    expect(Buffer.from(row.ssn).includes('078')).toBe(false);
    expect(person.ssn).toBe('078-05-1120'); // the argument is left alone
  });

  it('comes back as it was', async () => {
    const { people, peopleElsewhere } = tables();
    expect(await peopleElsewhere.decrypt(await people.encrypt(person))).toEqual(person);
  });

  it('keeps every kind of value', async () => {
    const { serviceKeys } = serviceBench();
    const table = serviceKeys().table('kinds', {
      id: textId('key'),
      fields: {
        text: text(),
        number: number(),
        bigint: bigint(),
        boolean: boolean(),
        date: date(),
        bytes: bytes(),
        json: json<{ a: number[] }>(),
      },
    });
    const row = {
      key: 'k',
      text: '東京',
      number: 0.1,
      bigint: 10n ** 30n,
      boolean: false,
      date: new Date(1),
      bytes: new Uint8Array([1, 2]),
      json: { a: [1] },
    };
    const opened = await table.decrypt(await table.encrypt(row));
    expect({ ...opened, bytes: Uint8Array.from(opened.bytes) }).toEqual(row);
  });

  it('may be read in part, with id and header', async () => {
    const { people } = tables();
    const { id, ssn, plan, keyfold } = await people.encrypt(person);
    expect(await people.decrypt({ id, ssn, keyfold })).toEqual({ id: 7, ssn: person.ssn });
    expect(await people.decrypt({ id, plan, keyfold })).toEqual({ id: 7, plan: 'pro' });
  });

  it('has the same id whatever a driver returns for it', async () => {
    const { people } = tables();
    const row = await people.encrypt(person);
    expect(await people.decrypt({ ...row, id: 7n })).toEqual({ ...person, id: 7n });
    expect(await people.decrypt({ ...row, id: '7' })).toEqual({ ...person, id: '7' });
  });

  it('may have its header under another name', async () => {
    const { serviceKeys } = serviceBench();
    const table = serviceKeys().table('t', { id: uuidId('id'), fields: { a: text() }, header: 'a_key' });
    const row = await table.encrypt({ id: '0b0e9a3e-6f0f-4d3c-9a52-8f4f7e2f0c11', a: 'x' });
    expect(row.a_key.byteLength).toBe(102);
    expect(await table.decrypt(row)).toMatchObject({ a: 'x' });
  });

  it('of nulls alone still has a header, and comes back', async () => {
    const { serviceKeys } = serviceBench();
    const table = serviceKeys().table('t', { id: integerId('id'), fields: { a: text().nullable() } });
    expect(await table.decrypt(await table.encrypt({ id: 1, a: null }))).toEqual({ id: 1, a: null });
  });

  it('can be rewrapped without touching its fields', async () => {
    const { people, peopleElsewhere, serviceKeys } = tables();
    const row = await people.encrypt(person);
    const keyfold = await serviceKeys().rewrap(row.keyfold);
    expect(Buffer.from(keyfold)).not.toEqual(Buffer.from(row.keyfold));
    expect(await peopleElsewhere.decrypt({ ...row, keyfold })).toEqual(person);
  });
});

describe('a field', () => {
  it('does not open in another row, column, table, service or tenant', async () => {
    const { people, serviceKeys, elsewhere } = tables();
    const row = await people.encrypt({ ...person, note: 'note' });
    const moved = { code: 'integrity_check_failed' };
    expect(await rejection(people.decrypt({ ...row, id: 8 }))).toMatchObject(moved);
    expect(await rejection(people.decrypt({ ...row, ssn: row.note ?? row.ssn }))).toMatchObject(moved);
    expect(await rejection(serviceKeys().table('others', schema).decrypt(row))).toMatchObject(moved);
    const second = await people.encrypt({ ...person, id: 8 });
    expect(await rejection(people.decrypt({ ...second, ssn: row.ssn }))).toMatchObject(moved);
    for (const scope of [shipping, globex]) {
      expect(await rejection(elsewhere(scope).table('people', schema).decrypt(row))).toMatchObject({
        code: 'key_reference_not_found',
      });
    }
  });

  it('that is not one of ours is named as what it is', async () => {
    const { people } = tables();
    const row = await people.encrypt(person);
    const wrong = (change: object) => rejection(people.decrypt({ ...row, ...change }));
    expect(await wrong({ ssn: 'plain text' })).toMatchObject({ code: 'not_keyfold_ciphertext' });
    expect(await wrong({ ssn: Buffer.from('plain text') })).toMatchObject({ code: 'not_keyfold_ciphertext' });
    expect(await wrong({ ssn: row.ssn.subarray(0, 29) })).toMatchObject({ code: 'truncated_ciphertext' });
    expect(await wrong({ ssn: row.keyfold })).toMatchObject({ code: 'not_keyfold_ciphertext' });
    expect(await wrong({ keyfold: row.ssn })).toMatchObject({ code: 'not_keyfold_ciphertext' });
    expect(await wrong({ keyfold: row.keyfold.subarray(0, 101) })).toMatchObject({
      code: 'truncated_ciphertext',
    });
    expect(await wrong({ keyfold: null })).toMatchObject({ code: 'not_keyfold_ciphertext' });
  });

  it('of another kind than declared is an error, not a surprise', async () => {
    const { serviceKeys } = serviceBench();
    const asText = serviceKeys().table('t', { id: integerId('id'), fields: { a: text() } });
    const asNumber = serviceKeys().table('t', { id: integerId('id'), fields: { a: number() } });
    expect(await rejection(asNumber.decrypt(await asText.encrypt({ id: 1, a: '7' })))).toMatchObject({
      code: 'plaintext_kind_mismatch',
      expected: 'number',
      actual: 'text',
    });
  });
});

describe('a row that does not fit its table', () => {
  const wrongRows: readonly [string, string, object][] = [
    ['an undeclared column', 'column_unknown', { ...person, email: 'a@example.com' }],
    ['its header', 'column_unknown', { ...person, keyfold: new Uint8Array(102) }],
    ['a missing column', 'column_missing', { id: 7, ssn: 'x', note: null, bornAt: null, balance: null }],
    ['an undefined column', 'column_missing', { ...person, note: undefined }],
    ['an undefined clear column', 'column_missing', { ...person, plan: undefined }],
    ['no id', 'column_missing', { ...person, id: undefined }],
    ['a null id', 'column_kind_mismatch', { ...person, id: null }],
    ['an id that is none', 'column_kind_mismatch', { ...person, id: true }],
    ['null where none is declared', 'column_not_nullable', { ...person, ssn: null }],
    ['another kind of value', 'column_kind_mismatch', { ...person, ssn: 78051120 }],
    ['text for a date', 'column_kind_mismatch', { ...person, bornAt: '1970-01-01' }],
    [
      'an inherited column',
      'column_missing',
      Object.assign(Object.create({ ssn: 'x' }), { ...person, ssn: undefined }),
    ],
    ['an id of another type', 'invalid_encryption_context', { ...person, id: 7.5 }],
    ['a date that is none', 'unsupported_value', { ...person, bornAt: new Date(Number.NaN) }],
  ];

  it.each(wrongRows)('because of %s is refused (%s)', async (_, code, row) => {
    const { people, keyService } = tables();
    const error = await rejection(people.encrypt(row as typeof person));
    expect(error).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
    if (code.startsWith('column_')) expect(keyService.calls).toEqual([]); // before a key was touched
  });

  it('is refused when it is read, too', async () => {
    const { people } = tables();
    const row = await people.encrypt(person);
    const wrong = (change: object) => rejection(people.decrypt({ ...row, ...change } as typeof row));
    expect(await wrong({ created: 1 })).toMatchObject({
      code: 'column_unknown',
      column: 'created',
      table: 'people',
    });
    expect(await wrong({ ssn: null })).toMatchObject({ code: 'column_not_nullable' });
    expect(await wrong({ ssn: undefined })).toMatchObject({ code: 'column_missing' });
    expect(await wrong({ keyfold: undefined })).toMatchObject({ code: 'column_missing', column: 'keyfold' });
  });

  it('says table and column, and never the value', async () => {
    const { people } = tables();
    // @ts-expect-error the column is a date
    const error = await rejection(people.encrypt({ ...person, bornAt: 'canary-value' }));
    expect(String(error)).toContain('"bornAt" of the table "people"');
    expect(JSON.stringify([error, String(error)])).not.toContain('canary-value');
  });
});

describe('a declaration', () => {
  it.each([
    ['the id twice', { id: integerId('id'), fields: { id: text() } }],
    ['the header twice', { id: integerId('id'), fields: { keyfold: text() } }],
    ['nothing to encrypt', { id: integerId('id'), fields: { plan: clear<string>() } }],
    ['no fields', { id: integerId('id'), fields: {} }],
    ['a nameless column', { id: integerId('id'), fields: { '': text() } }],
    ['a name that objects do not keep', { id: integerId('id'), fields: { ['__proto__']: text() } }],
    ['a nameless id', { id: integerId(''), fields: { a: text() } }],
  ])('with %s is refused at once', (_, declaration) => {
    const { serviceKeys } = serviceBench();
    expect(() => serviceKeys().table('t', declaration)).toThrow(
      expect.objectContaining({ code: 'table_invalid' }),
    );
  });

  it('without a name is refused at once', () => {
    const { serviceKeys } = serviceBench();
    expect(() => serviceKeys().table('', schema)).toThrow(expect.objectContaining({ code: 'table_invalid' }));
  });
});

describe('many rows', () => {
  it('round-trip in order, with one request each way', async () => {
    const { people, peopleElsewhere, keyService } = tables();
    const rows = Array.from({ length: 600 }, (_, id) => ({ ...person, id, ssn: `ssn ${id}` }));
    const encrypted = await people.encryptMany(rows);
    expect(keyService.countOf('wrapDataKeys')).toBe(1);
    expect(await peopleElsewhere.decryptMany(encrypted)).toEqual(rows);
    expect(keyService.countOf('unwrapDataKeys')).toBe(1); // all under one data key
  });

  it('under many data keys are asked for in batches', async () => {
    const { peopleElsewhere, elsewhere, keyService } = tables();
    const encrypted = await Promise.all(
      Array.from({ length: 300 }, (_, id) =>
        elsewhere()
          .table('people', schema)
          .encrypt({ ...person, id }),
      ),
    );
    expect(await peopleElsewhere.decryptMany(encrypted)).toHaveLength(300);
    expect(keyService.calls.slice(-2).map(({ count }) => count)).toEqual([250, 50]);
  });

  it('use several data keys when one has sealed enough', async () => {
    const { serviceKeys, elsewhere } = serviceBench({ maxSealsPerKey: 100 });
    const rows = Array.from({ length: 100 }, (_, id) => ({ ...person, id }));
    const encrypted = await serviceKeys().table('people', schema).encryptMany(rows);
    const headers = new Map<string, number>();
    for (const { keyfold } of encrypted) {
      const header = Buffer.from(keyfold).toString('base64');
      headers.set(header, (headers.get(header) ?? 0) + 3); // three fields of each row are sealed
    }
    expect(headers.size).toBeGreaterThanOrEqual(3);
    expect([...headers.values()].every((seals) => seals <= 100)).toBe(true);
    expect(await elsewhere().table('people', schema).decryptMany(encrypted)).toEqual(rows);
  });

  it('say which row failed and why', async () => {
    const { people, peopleElsewhere } = tables();
    const rows = [1, 2, 3].map((id) => ({ ...person, id }));
    const [first, second, third] = await people.encryptMany(rows);
    if (!first || !second || !third) throw new Error('Three rows were encrypted.');
    expect(
      await rejection(peopleElsewhere.decryptMany([first, { ...second, ssn: third.ssn }, third])),
    ).toMatchObject({
      code: 'batch_item_failed',
      index: 1,
      cause: { code: 'integrity_check_failed' },
    });
    // @ts-expect-error the column is not nullable
    expect(await rejection(people.encryptMany([person, { ...person, ssn: null }]))).toMatchObject({
      index: 1,
      cause: { code: 'column_not_nullable', column: 'ssn' },
    });
  });

  it('of nothing are nothing', async () => {
    const { people, keyService } = tables();
    expect(await people.encryptMany([])).toEqual([]);
    expect(await people.decryptMany([])).toEqual([]);
    expect(keyService.calls).toEqual([]);
  });
});
