import { describe, expect, it } from 'vitest';
import { bytes, clear, date, integerId, json, text, uuidId } from '../src/index.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const schema = {
  id: integerId('id'),
  fields: {
    name: text(),
    bornAt: date(),
    photo: bytes(),
    address: json<{ lines: string[] }>(),
    plan: clear<string>(),
    since: clear<Date>(),
    tags: clear<{ list: string[] }>(),
  },
};

function makeRow(id: number) {
  return {
    id,
    name: 'Ada',
    bornAt: new Date(1_000),
    photo: new Uint8Array([1, 2, 3]),
    address: { lines: ['Main'] },
    plan: 'pro',
    since: new Date(2_000),
    tags: { list: ['a'] },
  };
}

function spoil(row: ReturnType<typeof makeRow>): void {
  row.id = 99;
  row.name = 'Eve';
  row.bornAt.setTime(0);
  row.photo.fill(0);
  row.address.lines.push('spoiled');
  row.plan = 'free';
  row.since.setTime(0);
  row.tags.list.push('spoiled');
}

function plain(row: object): object {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? [...value] : value,
  ]);
  return Object.fromEntries(entries);
}

describe('what is done to the caller’s objects after they were passed, while the key is not at hand,', () => {
  it('does not change a row that is encrypted', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const row = makeRow(1);
    const waiting = serviceKeys().table('t', schema).encrypt(row);
    spoil(row);
    const stored = await waiting;
    expect(stored).toMatchObject({ id: 1, plan: 'pro', since: new Date(2_000), tags: { list: ['a'] } });
    expect(plain(await elsewhere().table('t', schema).decrypt(stored))).toEqual(plain(makeRow(1)));
  });

  it('does not change a row whose id is bytes', async () => {
    const { serviceKeys } = serviceBench();
    const table = serviceKeys().table('t', { id: uuidId('id'), fields: { a: text() } });
    const id = new Uint8Array(16).fill(7);
    const waiting = table.encrypt({ id, a: 'x' });
    id.fill(0);
    const stored = await waiting;
    expect([...stored.id]).toEqual(Array.from({ length: 16 }, () => 7));
    expect(await table.decrypt(stored)).toMatchObject({ a: 'x' });
  });

  it.each([3, 600])(
    'does not change a batch of %i rows that are encrypted or decrypted, in a warm client either',
    async (count) => {
      const { serviceKeys, elsewhere } = serviceBench();
      const expected = Array.from({ length: count }, (_, id) => plain(makeRow(id)));
      const people = serviceKeys().table('t', schema);
      for (const state of ['cold', 'warm']) {
        const rows = Array.from({ length: count }, (_, id) => makeRow(id));
        const waiting = people.encryptMany(rows);
        for (const row of rows) spoil(row);
        rows.length = 0;
        const stored = await waiting;
        expect(
          stored.map(({ id }) => id),
          state,
        ).toEqual(expected.map((_, id) => id));

        const copies = stored.map((row) => ({ ...row, name: Uint8Array.from(row.name) }));
        const opened = (state === 'cold' ? elsewhere().table('t', schema) : people).decryptMany(copies);
        for (const copy of copies) {
          copy.id = 99;
          copy.name.fill(0);
          copy.keyfold.fill(0);
        }
        expect((await opened).map(plain), state).toEqual(expected);
      }
    },
  );

  it('does not change a row that is decrypted', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const stored = await serviceKeys().table('t', schema).encrypt(makeRow(1));
    const waiting = elsewhere().table('t', schema).decrypt(stored);
    stored.id = 99;
    for (const field of [stored.name, stored.photo, stored.keyfold]) field.fill(0);
    stored.since.setTime(0);
    expect(plain(await waiting)).toEqual(plain(makeRow(1)));
  });

  it('does not change a value', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const buffer = Buffer.from('secret');
    const when = new Date(5);
    const list = { deep: [{ a: 1 }] };
    const context = { card: '42' };
    const waiting = Promise.all([
      elsewhere().encryptBytes(buffer, { context }),
      elsewhere().encrypt(when, { context }),
      elsewhere().encrypt(list, { context }),
      elsewhere().encryptMany([{ value: buffer, context }]),
    ]);
    buffer.fill(0);
    when.setTime(0);
    list.deep.push({ a: 2 });
    context.card = '43';
    const [sealedBytes, sealedDate, sealedJson, [sealedInBatch = '']] = await waiting;
    const open = (sealed: string | Uint8Array) => serviceKeys().decrypt(sealed, { context: { card: '42' } });
    expect(String(await open(sealedBytes).then((value) => Buffer.from(value as Uint8Array)))).toBe('secret');
    expect(await open(sealedDate)).toEqual(new Date(5));
    expect(await open(sealedJson)).toEqual({ deep: [{ a: 1 }] });
    expect(Buffer.from((await open(sealedInBatch)) as Uint8Array).toString()).toBe('secret');
  });

  it('does not change a value that is decrypted or rewrapped', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const context = { card: '42' };
    const sealed = await serviceKeys().encryptBytes('x', { context });
    const [one, two, three] = [sealed, sealed, sealed].map((bytes) => Uint8Array.from(bytes));
    if (!one || !two || !three) throw new Error('There are three.');
    const waiting = Promise.all([
      elsewhere().decrypt(one, { context }),
      elsewhere().decryptMany([{ sealed: two, context }]),
      elsewhere().rewrap(three),
    ]);
    for (const bytes of [one, two, three]) bytes.fill(0);
    const [opened, many, rewrapped] = await waiting;
    expect([opened, many]).toEqual(['x', ['x']]);
    expect(await serviceKeys().decrypt(rewrapped, { context })).toBe('x');
  });
});

describe('JSON that contains itself', () => {
  it('is refused in a cold client as in a warm one', async () => {
    const keys = serviceBench().serviceKeys();
    const loop: Record<string, never> = {};
    Object.assign(loop, { left: loop, right: loop });
    const context = { card: '42' };
    for (let call = 0; call < 2; call++) {
      expect(await rejection(keys.encrypt(loop, { context }))).toMatchObject({ code: 'unsupported_value' });
      await keys.encrypt('warm', { context });
    }
  });
});
