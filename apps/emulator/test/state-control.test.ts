import { createHook } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Keyfold } from '@keyfold/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator, type EmulatorOptions } from '../src/index.ts';
import { base64, callAws, createKey, keyIds, text } from './aws-call.ts';

const places: readonly (readonly [string, (folder: string) => EmulatorOptions])[] = [
  ['in memory', () => ({})],
  ['in a state folder', (folder) => ({ stateFolder: join(folder, 'state') })],
];

for (const [where, options] of places)
  describe(`the state of an emulator ${where}`, () => {
    let folder: string;
    let emulator: Emulator;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'keyfold-state-control-'));
      emulator = await createEmulator(options(folder));
    });
    afterEach(async () => {
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const client = (of: Emulator = emulator): Keyfold =>
      new Keyfold({ apiKey: of.access.apiKey, baseUrl: of.httpsUrl, tls: { ca: of.ca } });

    /** What the SDK seals, and whether a client that knows nothing yet opens it. */
    async function seal(of: Emulator = emulator): Promise<string> {
      const keyfold = client(of);
      const sealed = await keyfold
        .tenant('demo')
        .service('app')
        .encrypt('plain', { context: { a: 'b' } });
      await keyfold.close();
      return sealed;
    }
    async function open(sealed: string, of: Emulator = emulator): Promise<string> {
      const keyfold = client(of);
      try {
        return String(
          await keyfold
            .tenant('demo')
            .service('app')
            .decrypt(sealed, { context: { a: 'b' } }),
        );
      } finally {
        await keyfold.close();
      }
    }

    it('is, after a reset, what it was right after the start, under the same addresses and keys', async () => {
      const { url, httpsUrl, ca, pin, credentials } = emulator;
      const { apiKey } = emulator.access;
      const before = await keyIds(emulator);
      const sealed = await seal();
      const keyArn = await createKey(emulator);
      await callAws(emulator, 'CreateAlias', { AliasName: 'alias/a', TargetKeyId: keyArn });
      emulator.clock.advance(1_000_000_000);
      emulator.faults.add({ effect: 'throttling', operation: 'GenerateRandom' });

      await emulator.reset();

      expect(emulator).toMatchObject({ url, httpsUrl, ca, pin, credentials });
      expect(emulator.access.apiKey).toBe(apiKey);
      expect(emulator.journal.total).toBe(0);
      expect(emulator.faults.list()).toEqual([]);
      expect(emulator.clock.date.getTime()).toBeLessThan(Date.now() + 60_000);
      expect(await keyIds(emulator)).toEqual(before);
      expect(await callAws(emulator, 'DescribeKey', { KeyId: 'alias/a' })).toMatchObject({
        error: 'NotFoundException',
      });
      expect(await open(sealed), 'the keys that were there are the same').toBe('plain');
    });

    it('can be reset again and again, and worked with in between', async () => {
      const before = await keyIds(emulator);
      for (let round = 0; round < 3; round++) {
        const keyId = await createKey(emulator);
        await callAws(emulator, 'CreateAlias', { AliasName: 'alias/round', TargetKeyId: keyId });
        await callAws(emulator, 'DeleteAlias', { AliasName: 'alias/round' });
        await callAws(emulator, 'CreateAlias', { AliasName: 'alias/round', TargetKeyId: keyId });
        expect(await open(await seal())).toBe('plain');
        await emulator.reset();
        expect(await keyIds(emulator)).toEqual(before);
      }
    });

    it('goes back to a snapshot, as often as one likes, with what was changed and deleted since', async () => {
      const keyArn = await createKey(emulator, { Description: 'first' });
      const CiphertextBlob = text(
        await callAws(emulator, 'Encrypt', { KeyId: keyArn, Plaintext: base64('a') }),
        'CiphertextBlob',
      );
      const snapshot = await emulator.snapshot();
      for (const Description of ['second', 'third']) {
        await callAws(emulator, 'UpdateKeyDescription', { KeyId: keyArn, Description });
        await callAws(emulator, 'ScheduleKeyDeletion', { KeyId: keyArn, PendingWindowInDays: 7 });
        emulator.clock.advance(8 * 86_400_000);
        expect(await callAws(emulator, 'DescribeKey', { KeyId: keyArn })).toMatchObject({ status: 400 });
        await emulator.restore(snapshot);
        const { output } = await callAws(emulator, 'DescribeKey', { KeyId: keyArn });
        expect(output['KeyMetadata']).toMatchObject({ Description: 'first', KeyState: 'Enabled' });
        expect(text(await callAws(emulator, 'Decrypt', { CiphertextBlob }), 'Plaintext')).toBe(base64('a'));
      }
    });

    it('survives a restart as it was put back, where it is kept', async () => {
      const snapshot = await emulator.snapshot();
      const sealed = await seal();
      const keyfold = client();
      await keyfold.tenant('demo').services.rotate('app');
      await keyfold.tenant('demo').services.create('other');
      await emulator.restore(snapshot);
      await keyfold.tenant('demo').services.rotate('app');
      await keyfold.close();
      const rotated = await seal();
      if (emulator.stateFolder !== undefined) {
        await emulator.close();
        emulator = await createEmulator(options(folder));
      }
      expect(await open(sealed)).toBe('plain');
      expect(await open(rotated)).toBe('plain');
    });

    it('is taken to another emulator by an export, all of it', async () => {
      const sealed = await seal();
      const keyArn = await createKey(emulator, { Description: 'taken along' });
      const exported: unknown = JSON.parse(JSON.stringify(await emulator.export()));
      const other = await createEmulator();
      try {
        const own = await createKey(other);
        await other.import(exported as Awaited<ReturnType<Emulator['export']>>);
        expect(other.access).toEqual(emulator.access);
        expect(await open(sealed, other)).toBe('plain');
        expect(await keyIds(other)).toEqual(await keyIds(emulator));
        expect(await callAws(other, 'DescribeKey', { KeyId: own })).toMatchObject({ status: 400 });
        const { output } = await callAws(other, 'DescribeKey', { KeyId: keyArn });
        expect(output['KeyMetadata']).toMatchObject({ Description: 'taken along' });
        expect(await open(await seal(other))).toBe('plain');
      } finally {
        await other.close();
      }
    });

    it('takes an import along over a restart, and goes back to its own by a reset', async () => {
      const other = await createEmulator();
      const theirs = await seal(other);
      const exported = await other.export();
      const { access } = other;
      await other.close();
      const ownAccess = emulator.access;
      const own = await seal();
      await emulator.import(exported);
      expect(emulator.access).toEqual(access);
      if (emulator.stateFolder !== undefined) {
        await emulator.close();
        emulator = await createEmulator(options(folder));
        expect(emulator.access).toEqual(access);
        expect(await open(theirs)).toBe('plain');
        return;
      }
      await emulator.reset();
      expect(emulator.access).toEqual(ownAccess);
      expect(await open(own)).toBe('plain');
    });

    it('is left as it is by a document that does not open', async () => {
      const before = await keyIds(emulator);
      const sealed = await seal();
      const good = await emulator.export();
      const attempts: readonly (readonly [string, object])[] = [
        ['another format', { ...good, format: 'x' }],
        ['another version', { ...good, version: 2 }],
        ['another root', { ...good, platformRoot: Buffer.alloc(32).toString('base64') }],
        ['an unknown table', { ...good, rows: [{ ...good.rows[0], table: 'sqlite_master' }] }],
        ['no rows', { ...good, rows: [] }],
        [
          'rows that were changed',
          {
            ...good,
            rows: good.rows.map((row) =>
              row.table === 'tenant' ? { ...row, revision: row.revision + 1 } : row,
            ),
          },
        ],
        [
          'keys without their material',
          { ...good, rows: good.rows.filter(({ table }) => table !== 'kms_key_materials') },
        ],
        [
          'material without its keys',
          { ...good, rows: good.rows.filter(({ table }) => table !== 'kms_keys') },
        ],
        ['a clock out of all time', { ...good, clock: { aheadMs: 1e300, frozenAtMs: null } }],
        ['a clock that stands at no moment', { ...good, clock: { aheadMs: 0, frozenAtMs: 8.64e15 } }],
        ['rows that are there twice', { ...good, rows: [...good.rows, ...good.rows] }],
        ['content that is no base64', { ...good, rows: [{ ...good.rows[0], content: '%' }] }],
        ['another API key', { ...good, access: { ...good.access, apiKey: `kf_admin_${'A'.repeat(43)}` } }],
      ];
      for (const [what, document] of attempts)
        await expect(emulator.import(document as typeof good), what).rejects.toMatchObject({
          code: 'invalid_state_document',
        });
      expect(await keyIds(emulator)).toEqual(before);
      expect(await open(sealed)).toBe('plain');
    });

    it('goes back with a deletion that was scheduled, by a clock that had been moved', async () => {
      const dayMs = 86_400_000;
      const KeyId = await createKey(emulator);
      const other = await createKey(emulator);
      emulator.clock.freeze('2031-05-01T00:00:00Z');
      await callAws(emulator, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
      emulator.clock.advance(3 * dayMs);
      const snapshot = await emulator.snapshot();
      const state = async (of: Emulator): Promise<unknown> => {
        const answer = await callAws(of, 'DescribeKey', { KeyId });
        const { KeyState, DeletionDate } = Object(answer.output['KeyMetadata']);
        return answer.error ?? [KeyState, DeletionDate];
      };
      const pending = ['PendingDeletion', Date.UTC(2031, 4, 8) / 1000];
      for (let round = 0; round < 2; round++) {
        emulator.clock.advance(4 * dayMs);
        expect(await state(emulator)).toBe('NotFoundException');
        await callAws(emulator, 'ScheduleKeyDeletion', { KeyId: other, PendingWindowInDays: 7 });
        emulator.clock.resume();
        await emulator.restore(snapshot);
        expect(emulator.clock.date.toISOString()).toBe('2031-05-04T00:00:00.000Z');
        expect(emulator.clock.frozen).toBe(true);
        expect(await state(emulator)).toEqual(pending);
        expect((await callAws(emulator, 'Encrypt', { KeyId: other, Plaintext: base64('a') })).status).toBe(
          200,
        );
      }
      await using elsewhere = await createEmulator();
      await elsewhere.import(await emulator.export(snapshot));
      expect(await state(elsewhere)).toEqual(pending);
      elsewhere.clock.advance(4 * dayMs);
      expect(await state(elsewhere)).toBe('NotFoundException');
    });

    it('is taken whole while it is put back: never what was there for a moment of an import that failed', async () => {
      await using other = await createEmulator();
      for (let at = 0; at < 20; at++) await createKey(other);
      const good = await other.export();
      const access = { ...good.access, apiKey: `kf_admin_${'A'.repeat(43)}` };
      const own = (await emulator.snapshot()).rowCount;
      const taken: number[] = [];
      for (let round = 0; round < 5; round++) {
        let ended = false;
        const importing = expect(emulator.import({ ...good, access }))
          .rejects.toMatchObject({ code: 'invalid_state_document' })
          .finally(() => {
            ended = true;
          });
        while (!ended) {
          taken.push((await emulator.snapshot()).rowCount, (await emulator.export()).rows.length);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await importing;
      }
      expect(new Set(taken)).toEqual(new Set([own]));
    });

    it('of an import is exported under its own root, also when another one is there by then', async () => {
      await using other = await createEmulator();
      const theirs = await seal(other);
      await emulator.import(await other.export());
      const snapshot = await emulator.snapshot();
      await emulator.reset();
      const exported = await emulator.export(snapshot);
      await using third = await createEmulator();
      await third.import(exported);
      expect(third.access).toEqual(other.access);
      expect(await open(theirs, third)).toBe('plain');
    });

    it('answers a seed that a reset comes into with 503, and has nothing of it', async () => {
      const keys = Array.from(
        { length: 60 },
        (_, at) => `{ id: f4d8f2c9-b9c6-4af6-9b4c-3092a01397${10 + at}, spec: RSA_4096, usage: SIGN_VERIFY }`,
      );
      const makesKeys = Promise.withResolvers<void>();
      const hook = createHook({
        init: (_id, type) => {
          if (type === 'KEYPAIRGENREQUEST') makesKeys.resolve();
        },
      }).enable();
      const seeding = fetch(`${emulator.url}/_emulator/seed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          text: `version: 1\naccounts: [{ id: "111122223333", keys: [${keys.join(', ')}] }]\n`,
        }),
      });
      await makesKeys.promise;
      hook.disable();
      await emulator.reset();
      const answer = await seeding;
      expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'store_closed' } }]);
      expect(await keyIds(emulator, { accessKeyId: '111122223333' })).toEqual([]);
    });

    it('is never mixed: what is under way at a reset ends in the old state or with 503', async () => {
      const before = await keyIds(emulator);
      const creations = Array.from({ length: 40 }, () => callAws(emulator, 'CreateKey'));
      await Promise.race(creations);
      await emulator.reset();
      const statuses = (await Promise.all(creations)).map(({ status }) => status);
      // Those that came while it was put back were carried out after it.
      expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
      const after = await keyIds(emulator);
      expect(after).toEqual(expect.arrayContaining([...before]));
      for (const keyId of after)
        expect((await callAws(emulator, 'Encrypt', { KeyId: keyId, Plaintext: base64('a') })).status).toBe(
          200,
        );
    });

    it('answers what a fault holds back with 503 at a reset, and does not wait for it', async () => {
      emulator.faults.add({ operation: 'ListAliases', effect: { kind: 'latency', ms: 600_000 } });
      const held = callAws(emulator, 'ListAliases');
      // Answered after the other one came.
      while (emulator.faults.list()[0]?.hits !== 1) await callAws(emulator, 'ListKeys');
      await emulator.reset();
      expect(await held).toMatchObject({ status: 503, error: 'ServiceUnavailableException' });
      expect((await callAws(emulator, 'ListAliases')).status).toBe(200);
    });
  });

describe('a snapshot', () => {
  it('is refused by another emulator, and so is what only looks like one', async () => {
    await using one = await createEmulator();
    await using other = await createEmulator();
    const snapshot = await one.snapshot();
    await expect(other.restore(snapshot)).rejects.toMatchObject({ code: 'foreign_snapshot' });
    const copy = { ...snapshot };
    await expect(one.restore(copy)).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it('can be exported after the state went on', async () => {
    await using emulator = await createEmulator();
    const before = await keyIds(emulator);
    const snapshot = await emulator.snapshot();
    await createKey(emulator);
    await using other = await createEmulator();
    await other.import(await emulator.export(snapshot));
    expect(await keyIds(other)).toEqual(before);
  });

  it('shows nothing of what it holds', async () => {
    await using emulator = await createEmulator();
    const snapshot = await emulator.snapshot();
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual({
      takenAt: snapshot.takenAt,
      rowCount: snapshot.rowCount,
    });
    expect(inspect(snapshot, { depth: 9, showHidden: true })).not.toMatch(/kms_|content|Uint8Array/);
  });
});

describe('emulators in one process', () => {
  it('stand side by side with nothing in common but their CA', async () => {
    await using one = await createEmulator();
    await using other = await createEmulator();
    const keyArn = await createKey(one);
    expect(await keyIds(other)).not.toContain(keyArn.split('/')[1]);
    expect(one.access.apiKey).not.toBe(other.access.apiKey);
    expect(one.url).not.toBe(other.url);
    expect(one.ca).toBe(other.ca);
    const rule = other.faults.add({ operation: 'DescribeKey', effect: 'throttling' });
    expect((await callAws(other, 'DescribeKey', { KeyId: keyArn })).error).toBe('ThrottlingException');
    expect((await callAws(one, 'DescribeKey', { KeyId: keyArn })).status).toBe(200);
    expect([rule.hits, one.faults.list()]).toEqual([1, []]);
    expect(other.journal.count({ operation: 'CreateKey' })).toBe(0);
    expect(one.journal.count({ operation: 'DescribeKey' })).toBe(1);
    expect(
      (
        await fetch(`${other.url}/v1/tenants/demo`, {
          headers: { authorization: `Bearer ${one.access.apiKey}` },
        })
      ).status,
    ).toBe(401);
    other.clock.advance(1_000_000);
    expect(one.clock.date.getTime()).toBeLessThan(other.clock.date.getTime() - 900_000);
    await other.reset();
    expect((await callAws(one, 'DescribeKey', { KeyId: keyArn })).status).toBe(200);
  });

  it('are closed once, for everybody who closes them: each waits until nothing is open', async () => {
    const emulator = await createEmulator();
    emulator.faults.add({ effect: { kind: 'latency', ms: 600_000 } });
    const held = callAws(emulator, 'ListKeys').catch(() => 'cut off');
    while (emulator.faults.list()[0]?.hits !== 1) await fetch(`${emulator.url}/_emulator/health`);
    const ended: string[] = [];
    const first = emulator.close().then(() => ended.push('first'));
    const second = emulator.close().then(() => ended.push('second'));
    await Promise.all([first, second, held]);
    expect(ended).toEqual(['first', 'second']);
  });

  it('refuse everything once they are closed', async () => {
    const emulator = await createEmulator();
    const snapshot = await emulator.snapshot();
    const document = await emulator.export();
    await emulator.close();
    await expect(emulator.reset()).rejects.toMatchObject({ code: 'emulator_closed' });
    await expect(emulator.restore(snapshot)).rejects.toMatchObject({ code: 'emulator_closed' });
    await expect(emulator.snapshot()).rejects.toMatchObject({ code: 'emulator_closed' });
    await expect(emulator.export(snapshot)).rejects.toMatchObject({ code: 'emulator_closed' });
    await expect(emulator.import(document)).rejects.toMatchObject({ code: 'emulator_closed' });
    await expect(emulator.seed({ text: 'version: 1\n' })).rejects.toMatchObject({ code: 'emulator_closed' });
    await expect(fetch(emulator.url)).rejects.toThrow();
    await emulator.close();
  });
});
