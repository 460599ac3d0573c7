import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { storeContract } from '@keyfold/key-hierarchy/testing';
import { describe, expect, it } from 'vitest';
import { StagingStore } from '../../src/seeds/staging-store.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const change = (name: string, expectedRevision: number, content: Uint8Array | null) => ({
  table: 'thing',
  key: [name],
  expectedRevision,
  content,
});

describe('a staging store', () => {
  it.each(storeContract.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    await each.run(async () => new StagingStore(createMemoryStore()));
  });

  it('shows the base through what is staged, in order, and leaves the base alone', async () => {
    const base = createMemoryStore();
    await base.commit([change('a', 0, bytes(1)), change('c', 0, bytes(3)), change('e', 0, bytes(5))]);
    const staging = new StagingStore(base);
    await staging.commit([change('b', 0, bytes(2)), change('c', 1, null), change('e', 1, bytes(6))]);
    const seen = await staging.list('thing', { limit: 10 });
    expect(seen.map(({ key, content, revision }) => [key[0], ...content, revision])).toEqual([
      ['a', 1, 1],
      ['b', 2, 1],
      ['e', 6, 2],
    ]);
    expect((await staging.list('thing', { limit: 1, after: ['a'] })).map(({ key }) => key)).toEqual([['b']]);
    expect((await base.list('thing', { limit: 10 })).map(({ key }) => key[0])).toEqual(['a', 'c', 'e']);
  });

  it('lists page by page what the base has and what is staged, each row once', async () => {
    const base = createMemoryStore();
    const names = Array.from({ length: 60 }, (_, index) => String(index).padStart(2, '0'));
    await base.commit(names.filter((_, index) => index % 2 === 0).map((name) => change(name, 0, bytes(1))));
    const staging = new StagingStore(base);
    // Of the base's rows a long stretch is covered.
    for (const [index, name] of names.entries())
      if (index % 2 === 1) await staging.commit([change(name, 0, bytes(2))]);
      else if (index < 40) await staging.commit([change(name, 1, index % 4 === 0 ? null : bytes(3))]);
    for (const limit of [1, 3, 7, 100]) {
      const seen: string[] = [];
      for (let after: readonly string[] | undefined; ; ) {
        const page = await staging.list('thing', { limit, ...(after === undefined ? {} : { after }) });
        seen.push(...page.map(({ key }) => key[0] ?? ''));
        if (page.length < limit) break;
        after = page.at(-1)?.key;
      }
      expect(seen).toEqual(names.filter((_, index) => index >= 40 || index % 4 !== 0));
    }
  });

  it('stores everything at once, or nothing', async () => {
    const base = createMemoryStore();
    await base.commit([change('a', 0, bytes(1)), change('b', 0, bytes(2))]);
    const staging = new StagingStore(base);
    await staging.commit([change('a', 1, bytes(9)), change('b', 1, null), change('c', 0, bytes(3))]);
    await staging.commit([change('a', 2, bytes(10)), change('gone', 0, bytes(4))]);
    await staging.commit([change('gone', 1, null)]);
    const late = new StagingStore(base);
    await late.commit([change('b', 1, bytes(7)), change('d', 0, bytes(7))]);
    await staging.flush();
    await expect(late.flush()).rejects.toMatchObject({ code: 'store_conflict' });
    const rows = await base.list('thing', { limit: 10 });
    expect(rows.map(({ key, content, revision }) => [key[0], ...content, revision])).toEqual([
      ['a', 10, 2],
      ['c', 3, 1],
    ]);
  });
});
