import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { describe, expect, it } from 'vitest';
import { base64, openKms } from './kms-harness.ts';

const internal = {
  status: 500,
  output: { __type: 'KMSInternalException', message: 'The emulator failed; its log has the cause.' },
};

/** A store that does something before each of its calls. */
function watched(store: Store, before: (method: keyof Store) => void | Promise<void>): Store {
  return {
    get: async (...args) => {
      await before('get');
      return store.get(...args);
    },
    list: async (...args) => {
      await before('list');
      return store.list(...args);
    },
    commit: async (...args) => {
      await before('commit');
      return store.commit(...args);
    },
    close: () => store.close(),
  };
}

describe('state', () => {
  it('survives a restart: keys, their states, and what they encrypted', async () => {
    const first = await openKms();
    const key = await first.createKey({ Description: 'kept' });
    const disabled = await first.createKey();
    const EncryptionContext = { a: 'b' };
    const { output } = await first.call('Encrypt', {
      KeyId: key.KeyId,
      Plaintext: base64('x'),
      EncryptionContext,
    });
    await first.call('DisableKey', { KeyId: disabled.KeyId });

    const second = await openKms(first.store);
    expect((await second.call('DescribeKey', { KeyId: key.KeyId })).output.KeyMetadata).toEqual(key);
    expect((await second.call('DescribeKey', { KeyId: disabled.KeyId })).output.KeyMetadata.Enabled).toBe(
      false,
    );
    const opened = await second.call('Decrypt', { CiphertextBlob: output.CiphertextBlob, EncryptionContext });
    expect(opened.output.Plaintext).toBe(base64('x'));
    expect((await second.call('ListKeys')).output.Keys).toHaveLength(2);
  });

  it('of the first format is read: keys of one material', async () => {
    const first = await openKms();
    const key = await first.createKey({ Description: 'kept' });
    const sealed = await first.call('Encrypt', { KeyId: key.KeyId, Plaintext: base64('x') });
    const [row] = await first.store.list('kms_keys', { limit: 1 });
    if (row === undefined) throw new Error('The row is there.');
    const { materials: _, ...record } = JSON.parse(Buffer.from(row.content).toString());
    const format1 = { ...record, format: 1, multiRegion: false, currentMaterialId: key.CurrentKeyMaterialId };
    const content = Buffer.from(JSON.stringify(format1));
    await first.store.commit([{ ...row, expectedRevision: row.revision, content }]);

    const { call } = await openKms(first.store);
    expect((await call('DescribeKey', { KeyId: key.KeyId })).output.KeyMetadata).toEqual(key);
    const opened = await call('Decrypt', { CiphertextBlob: sealed.output.CiphertextBlob });
    expect(opened.output.Plaintext).toBe(base64('x'));
    expect((await call('RotateKeyOnDemand', { KeyId: key.KeyId })).status).toBe(200);
  });

  it('is durable before a request that changed it is answered', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = createMemoryStore();
    const { call } = await openKms(watched(store, (method) => (method === 'commit' ? held : undefined)));
    let answered = false;
    const created = call('CreateKey').finally(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    release();
    await created;
    expect(await store.list('kms_keys', { limit: 5 })).toHaveLength(1);
    expect(await store.list('kms_key_materials', { limit: 5 })).toHaveLength(1);
  });

  it('holds no half key when the store refuses one', async () => {
    const store = createMemoryStore();
    let broken = true;
    const kms = await openKms(
      watched(store, (method) => {
        if (broken && method === 'commit') throw new Error('disk full');
      }),
    );
    expect(await kms.call('CreateKey')).toMatchObject(internal);
    expect(kms.internalErrors).toMatchObject([{ message: 'disk full' }]);
    broken = false;
    expect((await kms.call('ListKeys')).output.Keys).toEqual([]);
  });

  it('is what the store has when a change of state fails', async () => {
    const store = createMemoryStore();
    let broken = false;
    const { call, createKey } = await openKms(
      watched(store, (method) => {
        if (broken && method === 'commit') throw new Error('disk full');
      }),
    );
    const { KeyId } = await createKey();
    broken = true;
    expect(await call('DisableKey', { KeyId })).toMatchObject(internal);
    broken = false;
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata.Enabled).toBe(true);
    expect((await call('DisableKey', { KeyId })).status).toBe(200);
    expect((await (await openKms(store)).call('DescribeKey', { KeyId })).output.KeyMetadata.Enabled).toBe(
      false,
    );
  });

  it('is what the store has when a change was stored and then reported as failed', async () => {
    const store = createMemoryStore();
    let reportsFailure = false;
    const { call, createKey } = await openKms({
      ...watched(store, () => {}),
      commit: async (changes) => {
        await store.commit(changes);
        if (reportsFailure) throw new Error('connection lost');
      },
    });
    const { KeyId } = await createKey();
    reportsFailure = true;
    expect(await call('DisableKey', { KeyId })).toMatchObject(internal);
    reportsFailure = false;
    expect(await call('Encrypt', { KeyId, Plaintext: 'AA==' })).toMatchObject({
      output: { __type: 'DisabledException' },
    });
    expect((await call('EnableKey', { KeyId })).status).toBe(200);
  });

  it('leaves no material in the memory that was handed to the store', async () => {
    const store = createMemoryStore();
    const handedOver: Uint8Array[] = [];
    const { createKey } = await openKms({
      ...watched(store, () => {}),
      commit: async (changes) => {
        for (const { table, content } of changes)
          if (table === 'kms_key_materials' && content !== null) handedOver.push(content);
        await store.commit(changes);
      },
    });
    await createKey();
    expect(handedOver).toHaveLength(1);
    expect(handedOver[0]?.every((byte) => byte === 0)).toBe(true);
  });

  it('ends as the last of many changes at once says', async () => {
    const { call, createKey, store } = await openKms();
    const { KeyId } = await createKey();
    const names = Array.from({ length: 21 }, (_, index) => (index % 2 === 0 ? 'DisableKey' : 'EnableKey'));
    const answers = await Promise.all(names.map((name) => call(name, { KeyId })));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await call('DescribeKey', { KeyId })).output.KeyMetadata.Enabled).toBe(false);
    expect((await (await openKms(store)).call('DescribeKey', { KeyId })).output.KeyMetadata.Enabled).toBe(
      false,
    );
  });
});

describe('the store', () => {
  it('is not read once a key is in memory, and told of its use once an hour', async () => {
    const calls: string[] = [];
    const store = createMemoryStore();
    const { KeyId } = await (await openKms(store)).createKey();
    const { call, advance } = await openKms(watched(store, (method) => void calls.push(method)));
    const { output } = await call('Encrypt', { KeyId, Plaintext: 'AA==' });
    await call('GetKeyLastUsage', { KeyId });
    const [key, materials, ...use] = calls.splice(0);
    expect([key, materials]).toEqual(['get', 'list']);
    expect(use.filter((method) => method === 'commit')).toHaveLength(1);
    for (let round = 0; round < 5; round++) {
      await call('Encrypt', { KeyId, Plaintext: 'AA==' });
      await call('Decrypt', { CiphertextBlob: output.CiphertextBlob });
      await call('GenerateDataKey', { KeyId, KeySpec: 'AES_256' });
      await call('DescribeKey', { KeyId });
      advance(60_000);
    }
    expect(calls).toEqual([]);
    advance(60 * 60_000);
    for (let round = 0; round < 5; round++) await call('Encrypt', { KeyId, Plaintext: 'AA==' });
    await call('GetKeyLastUsage', { KeyId });
    expect(calls.filter((method) => method === 'commit')).toHaveLength(1);
  });

  it('is asked once for a key that many requests want at once', async () => {
    const calls: string[] = [];
    const store = createMemoryStore();
    const { KeyId } = await (await openKms(store)).createKey();
    const { call } = await openKms(watched(store, (method) => void calls.push(method)));
    await Promise.all(Array.from({ length: 50 }, () => call('DescribeKey', { KeyId })));
    expect(calls).toEqual(['get', 'list']);
  });

  it.each<[string, string, (content: Uint8Array) => Uint8Array]>([
    ['a key row that is not JSON', 'kms_keys', () => Buffer.from('}')],
    ['a key row of another format', 'kms_keys', () => Buffer.from('{"format":3}')],
    ['a key row without its members', 'kms_keys', () => Buffer.from('{"format":2}')],
    [
      'a material of another format',
      'kms_key_materials',
      (content) => Buffer.concat([Buffer.from([2]), content.subarray(1)]),
    ],
    [
      'a material with a changed bit',
      'kms_key_materials',
      (content) => content.map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
    ],
  ])('with %s makes requests for that key fail, and says why to the host alone', async (_, table, damage) => {
    const { createKey, store } = await openKms();
    const { KeyId } = await createKey();
    const other = await createKey();
    const row = (await store.list(table, { limit: 5 })).find(({ key }) => key[2] === KeyId);
    if (row === undefined) throw new Error('The row is there.');
    await store.commit([{ ...row, expectedRevision: row.revision, content: damage(row.content) }]);
    const { call, internalErrors } = await openKms(store);
    expect(await call('DescribeKey', { KeyId })).toMatchObject(internal);
    expect(internalErrors).toMatchObject([{ code: 'kms_state_unreadable', layer: 'store' }]);
    expect((await call('DescribeKey', { KeyId: other.KeyId })).status).toBe(200);
    expect((await call('ListKeys')).output.Keys).toHaveLength(2);
  });

  it('without the material of a key makes requests for that key fail', async () => {
    const { createKey, store } = await openKms();
    const { KeyId } = await createKey();
    const [row] = await store.list('kms_key_materials', { limit: 1 });
    if (row === undefined) throw new Error('The row is there.');
    await store.commit([{ ...row, expectedRevision: row.revision, content: null }]);
    expect(await (await openKms(store)).call('DescribeKey', { KeyId })).toMatchObject(internal);
  });

  it('has material that moved to another key refused', async () => {
    const { createKey, store } = await openKms();
    const keys = [await createKey(), await createKey()];
    const rows = await store.list('kms_key_materials', { limit: 2 });
    const [one, two] = rows;
    if (one === undefined || two === undefined) throw new Error('The rows are there.');
    await store.commit([
      { ...one, expectedRevision: 1, content: two.content },
      { ...two, expectedRevision: 1, content: one.content },
    ]);
    const { call } = await openKms(store);
    for (const { KeyId } of keys) expect(await call('DescribeKey', { KeyId })).toMatchObject(internal);
  });
});
