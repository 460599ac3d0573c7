import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { AliasBook } from '../../src/kms/keys/alias-book.ts';
import { StagingStore } from '../../src/seeds/staging-store.ts';
import { account, data, identity, keyPolicy, openAccess, outputAs, region, user } from './access-harness.ts';

const place = { accountId: account, region };
const idOf = (arn: string): string => arn.split('/')[1] ?? '';

/** Alice may encrypt, by her own policy; with a condition, where one is given. */
const alice = (Condition?: object) =>
  identity(user('alice'), [
    { Effect: 'Allow', Action: 'kms:*', Resource: '*', ...(Condition === undefined ? {} : { Condition }) },
  ]);
const asAlice = { key: 'alice' };

let inner: Store;
/** Counts what is read of aliases. */
let store: Store;
let rows: number;

beforeEach(() => {
  inner = createMemoryStore();
  rows = 0;
  store = {
    close: () => inner.close(),
    commit: (...args) => inner.commit(...args),
    get: (table, key) => {
      if (table === 'kms_aliases') rows += 1;
      return inner.get(table, key);
    },
    list: async (table, options) => {
      const found = await inner.list(table, options);
      if (table === 'kms_aliases') rows += found.length;
      return found;
    },
  };
});

async function withAliases(count: number, identities = [alice()]) {
  const kms = await openAccess({ store, identities });
  const KeyId = await kms.createKey({ Policy: keyPolicy() });
  const other = await kms.createKey();
  for (let at = 0; at < count; at++) {
    // Fifty are as many as a key may have.
    const TargetKeyId = at % 50 === 0 && at > 0 ? await kms.createKey() : other;
    if (at % 50 !== 0 || at === 0) await kms.root('CreateAlias', { AliasName: `alias/${at}`, TargetKeyId });
  }
  return { ...kms, KeyId };
}

const listed = async ({ root }: Awaited<ReturnType<typeof openAccess>>, KeyId: string) => {
  const { output } = await root('ListAliases', { KeyId });
  return outputAs<{ Aliases: { AliasName: string }[] }>(output).Aliases.map(({ AliasName }) => AliasName);
};

describe('the aliases of a key', () => {
  it('are not read to decide by policies that do not ask for them', async () => {
    const { call, KeyId } = await withAliases(20);
    rows = 0;
    expect((await call(asAlice, 'Encrypt', { KeyId, Plaintext: data })).status).toBe(200);
    expect(rows).toBe(0);
  });

  it.each<[string, object]>([
    ['a condition', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/mine' } }],
    ['a condition on null', { Null: { 'KMS:resourcealiases': 'false' } }],
    ['a variable', { StringEquals: { 'kms:RequestAlias': ['$', '{kms:ResourceAliases}'].join('') } }],
  ])('are read where %s of a policy has them, and only those', async (_, condition) => {
    const { call, root, KeyId } = await withAliases(40, [alice(condition)]);
    const encrypt = () => call(asAlice, 'Encrypt', { KeyId: 'alias/mine', Plaintext: data });
    await root('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: KeyId });
    rows = 0;
    expect((await encrypt()).status).toBe(200);
    expect(rows).toBeLessThan(10);
    expect((await call(asAlice, 'Encrypt', { KeyId, Plaintext: data })).status).toBe(
      'StringEquals' in condition ? 400 : 200,
    );
  });

  it('say to ReEncrypt that two names are one key', async () => {
    const { call, root, KeyId } = await withAliases(0, [
      alice({ Bool: { 'kms:ReEncryptOnSameKey': 'true' } }),
    ]);
    await root('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: KeyId });
    const { output } = await root('Encrypt', { KeyId, Plaintext: data });
    const { CiphertextBlob } = outputAs<{ CiphertextBlob: string }>(output);
    const reEncrypt = { CiphertextBlob, SourceKeyId: 'alias/mine', DestinationKeyId: KeyId };
    expect((await call(asAlice, 'ReEncrypt', reEncrypt)).status).toBe(200);
  });

  it('are counted without a look at those of other keys', async () => {
    const { root, KeyId } = await withAliases(300);
    rows = 0;
    expect((await root('CreateAlias', { AliasName: 'alias/one', TargetKeyId: KeyId })).status).toBe(200);
    expect(rows).toBeLessThan(10);
  });

  it('follow whoever changes them: requests, seeds, and what was stored before they were counted', async () => {
    const kms = await openAccess({ store });
    const [one, two] = [await kms.createKey(), await kms.createKey()];
    for (const AliasName of ['alias/a', 'alias/b', 'alias/c'])
      await kms.root('CreateAlias', { AliasName, TargetKeyId: one });
    await kms.root('UpdateAlias', { AliasName: 'alias/b', TargetKeyId: two });
    await kms.root('DeleteAlias', { AliasName: 'alias/c' });
    expect([await listed(kms, one), await listed(kms, two)]).toEqual([['alias/a'], ['alias/b']]);
    const staging = new StagingStore(store);
    const record = { format: 1, targetKeyId: idOf(one), createdAtMs: 0, updatedAtMs: 0 } as const;
    await new AliasBook(staging).change(place, 'alias/seeded', () => record);
    await staging.flush();
    expect(await listed(kms, one)).toEqual(['alias/a', 'alias/seeded']);
    const content = Buffer.from(JSON.stringify(record));
    const key = [account, region, 'alias/older'];
    await store.commit([{ table: 'kms_aliases', key, expectedRevision: 0, content }]);
    const later = await openAccess({ store });
    expect(await listed(later, one)).toEqual(['alias/a', 'alias/older', 'alias/seeded']);
    expect((await later.root('DeleteAlias', { AliasName: 'alias/older' })).status).toBe(200);
    expect(await listed(later, one)).toEqual(['alias/a', 'alias/seeded']);
  });

  it('of a place that is first looked at while a seed is stored are all there', async () => {
    const record = { format: 1, targetKeyId: 'k', createdAtMs: 0, updatedAtMs: 0 } as const;
    const key = [account, region, 'alias/a'];
    await inner.commit([
      { table: 'kms_aliases', key, expectedRevision: 0, content: Buffer.from(JSON.stringify(record)) },
    ]);
    let brought = false;
    const racing: Store = {
      ...store,
      commit: async (changes) => {
        if (!brought) {
          brought = true;
          await new AliasBook(inner).change(place, 'alias/b', () => record);
        }
        await inner.commit(changes);
      },
    };
    const found = await new AliasBook(racing).list(place, { keyId: 'k', limit: 9 });
    expect(found.map(({ name }) => name)).toEqual(['alias/a', 'alias/b']);
  });
});
