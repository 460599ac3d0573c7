import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  bytes,
  bytesId,
  clear,
  date,
  type EncryptedRow,
  integerId,
  json,
  number,
  type PlainRow,
  text,
  textId,
  uuidId,
} from '../src/index.ts';
import type { ColumnIsNotDeclared, Undeclared } from '../src/table-schema.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

interface Address {
  readonly street: string;
}

const people = serviceBench()
  .serviceKeys()
  .table('people', {
    id: integerId('id'),
    fields: {
      ssn: text(),
      bornAt: date().nullable(),
      balance: number(),
      photo: bytes().nullable(),
      address: json<Address>(),
      plan: clear<'free' | 'pro'>(),
    },
  });

const person = {
  id: 7,
  ssn: '078-05-1120',
  bornAt: null,
  balance: 1,
  photo: null,
  address: { street: 'Main' },
  plan: 'pro',
} as const;

describe('the types of rows', () => {
  it('follow the schema', () => {
    expectTypeOf<PlainRow<typeof people>>().toEqualTypeOf<{
      id: number;
      ssn: string;
      bornAt: Date | null;
      balance: number;
      photo: Uint8Array | null;
      address: Address;
      plan: 'free' | 'pro';
    }>();
    expectTypeOf<EncryptedRow<typeof people>>().toEqualTypeOf<{
      id: number;
      ssn: Uint8Array;
      bornAt: Uint8Array | null;
      balance: Uint8Array;
      photo: Uint8Array | null;
      address: Uint8Array;
      plan: 'free' | 'pro';
      keyfold: Uint8Array;
    }>();
  });

  it('follow what was encrypted, and what was read of it', async () => {
    const row = await people.encrypt(person);
    expectTypeOf(row).toEqualTypeOf<EncryptedRow<typeof people>>();
    expectTypeOf(await people.decrypt(row)).toEqualTypeOf<PlainRow<typeof people>>();
    expectTypeOf(await people.encryptMany([person])).toEqualTypeOf<EncryptedRow<typeof people>[]>();
    expectTypeOf(await people.decryptMany([row])).toEqualTypeOf<PlainRow<typeof people>[]>();

    const { id, bornAt, plan, keyfold } = row;
    const selected = await people.decrypt({ id, bornAt, plan, keyfold });
    expectTypeOf(selected).toEqualTypeOf<{ id: number; bornAt: Date | null; plan: 'free' | 'pro' }>();
    expect(selected).toEqual({ id: 7, bornAt: null, plan: 'pro' });
  });

  it('keep the type that a driver has for ids', async () => {
    const row = await people.encrypt({ ...person, id: 7n });
    expectTypeOf(row.id).toEqualTypeOf<bigint>();
    expectTypeOf((await people.decrypt(row)).id).toEqualTypeOf<bigint>();
  });

  it('name the header as declared', async () => {
    const table = serviceBench()
      .serviceKeys()
      .table('t', { id: uuidId('key'), fields: { a: text() }, header: 'dek' });
    const row = await table.encrypt({ key: '0b0e9a3e-6f0f-4d3c-9a52-8f4f7e2f0c11', a: 'x' });
    expectTypeOf(row).toEqualTypeOf<{ key: string; a: Uint8Array; dek: Uint8Array }>();
  });

  it('know ids of text and of bytes', () => {
    const keys = serviceBench().serviceKeys();
    const byText = keys.table('t', { id: textId('email'), fields: { a: text() } });
    const byBytes = keys.table('t', { id: bytesId('digest'), fields: { a: text() } });
    expectTypeOf<PlainRow<typeof byText>>().toEqualTypeOf<{ email: string; a: string }>();
    expectTypeOf<PlainRow<typeof byBytes>>().toEqualTypeOf<{ digest: Uint8Array; a: string }>();
  });
});

describe('a row that does not fit', () => {
  it('does not compile', async () => {
    const row = await people.encrypt(person);
    const { ssn, ...withoutSsn } = person;
    await Promise.all(
      [
        // @ts-expect-error a column is missing
        people.encrypt(withoutSsn),
        // @ts-expect-error a column is not declared
        people.encrypt({ ...person, email: 'a@example.com' }),
        // @ts-expect-error null is not declared
        people.encrypt({ ...person, ssn: null }),
        // @ts-expect-error the column is text
        people.encrypt({ ...person, ssn: 7 }),
        // @ts-expect-error the id is a number, bigint or digits
        people.encrypt({ ...person, id: new Date() }),
        // @ts-expect-error a row in plaintext is no encrypted row
        people.decrypt(person),
        // @ts-expect-error the header is needed
        people.decrypt({ id: row.id, ssn: row.ssn }),
        // @ts-expect-error a column is not declared
        people.decrypt({ ...row, email: row.ssn }),
        // @ts-expect-error an encrypted column is bytes
        people.decrypt({ ...row, ssn }),
      ].map(rejection),
    );
  });

  it('is told the name of the column', () => {
    type Schema = { id: ReturnType<typeof integerId<'id'>>; fields: { a: ReturnType<typeof text> } };
    expectTypeOf<Undeclared<Schema, { id: number; email: string }>>().toEqualTypeOf<{
      readonly email: ColumnIsNotDeclared<'email'>;
    }>();
  });

  it('does not compile in a schema either', () => {
    const keys = serviceBench().serviceKeys();
    // @ts-expect-error a schema has an id
    expect(() => keys.table('t', { fields: { a: text() } })).toThrow();
    // @ts-expect-error a column is made by a builder
    expect(() => keys.table('t', { id: integerId('id'), fields: { a: 'text' } })).toThrow();
    // @ts-expect-error JSON columns hold objects or arrays
    json<string>();
  });
});
