import { inspect } from 'node:util';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { encodeFrame, operationIds, operationOf } from '@keyfold/protocol';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ServiceResponse } from '../src/index.ts';
import { type Harness, type Received, type Sent, start } from './harness.ts';
import { rejectingHierarchy } from './rejecting-hierarchy.ts';
import { sampleRequests } from './samples.ts';

const scope = { kind: 'service', id: 'billing' };

let harness: Harness;
let samples: ReturnType<typeof sampleRequests>;
beforeEach(async () => {
  harness = await start();
  samples = await samplesOf(harness);
});

async function samplesOf({ tenant, ok, service, root, log }: Harness) {
  await tenant('acme');
  const made = await ok('generateDataKeys', { params: { tenant: 'acme' }, json: { scope, count: 1 } });
  const spare = await service.apiKeys.create({ role: 'admin', tenants: '*', description: 'spare' });
  log.length = 0;
  return sampleRequests({
    root: root.reference,
    header: made.json.items[0]?.header ?? '',
    apiKeyId: spare.id,
  });
}

describe('an audit record', () => {
  it.each(operationIds)(
    'is left by %s if it changes something or uses keys, and by nothing else',
    async (id) => {
      await harness.ok(id, { ...samples[id], requestId: 'r-7' });
      const expected = {
        operation: id,
        principal: harness.admin.slice(0, 'kf_admin_'.length + 8),
        tenant: operationOf(id).path.includes('{tenant}') ? 'acme' : null,
        status: expect.any(Number),
        code: null,
        requestId: 'r-7',
        durationMs: 0,
      };
      expect(harness.log).toEqual(operationOf(id).effect === 'read' ? [] : [expected]);
    },
  );

  it.each(operationIds)('is left by every refusal of %s', async (id) => {
    await harness.send(id, samples[id]);
    await harness.send(id, { ...samples[id], apiKey: harness.admin, query: { x: '1' } });
    expect(harness.log).toMatchObject([
      { operation: id, principal: null, tenant: null, status: 401, code: 'api_key_missing' },
      { operation: id, status: 400, code: 'invalid_request' },
    ]);
  });

  it('states how long the request took', async () => {
    const slow: Harness = await start({
      service: {
        hierarchy: rejectingHierarchy(() => {
          slow.clock.advance(5);
          return new Error('after a while');
        }),
      },
    });
    await slow.send('listTenants', { apiKey: slow.admin });
    expect(slow.log).toMatchObject([{ status: 500, durationMs: 5 }]);
  });

  it('is waited for: an answer leaves only once it is recorded', async () => {
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const gated = await start({
      service: {
        log: async () => {
          arrived.resolve();
          await gate.promise;
        },
      },
    });
    let answered = false;
    const answer = gated.send('listTenants').then((received) => {
      answered = true;
      return received;
    });
    await arrived.promise;
    expect(answered).toBe(false);
    gate.resolve();
    expect((await answer).code).toBe('api_key_missing');
  });

  it('that cannot be written withholds the answer, which is zeroised', async () => {
    const disposed = vi.spyOn(ServiceResponse.prototype, Symbol.dispose);
    onTestFinished(() => disposed.mockRestore());
    for (const fail of [
      () => Promise.reject(new Error('disk full')),
      () => {
        throw new Error('disk full');
      },
    ]) {
      let log: () => void | Promise<void> = () => {};
      const failing = await start({ service: { log: () => log() } });
      const { generateDataKeys } = await samplesOf(failing);
      log = fail;
      disposed.mockClear();
      const answer = await failing.send('generateDataKeys', { ...generateDataKeys, apiKey: failing.admin });
      expect([answer.status, answer.code, answer.attachments]).toEqual([500, 'internal_error', []]);
      expect(disposed).toHaveBeenCalledOnce();
      const read = await failing.send('getTenant', { apiKey: failing.admin, params: { tenant: 'acme' } });
      expect(read.code).toBe(null);
    }
  });
});

describe('planted canaries', () => {
  // One in the form of a key, one in the form of what people encrypt; both are put wherever a request has room.
  const key = Uint8Array.from({ length: 32 }, (_, index) => 0x41 + (index % 26));
  const plaintext = '4111 1111 canary 1111';

  /** How a key might be spelled by accident. */
  const spellings = [
    Buffer.from(key).toString('latin1'),
    Buffer.from(key).toString('hex'),
    Buffer.from(key).toString('base64').slice(0, 40),
    Buffer.from(key).toString('base64url').slice(0, 40),
    [...key].slice(0, 12).join(','),
    [...key].slice(0, 12).join(', '),
    'canary',
  ];

  const planted: readonly Sent[] = [
    { params: { tenant: plaintext, service: plaintext, apiKey: plaintext } },
    { params: { tenant: Buffer.from(key).toString('hex'), service: 'x', apiKey: 'x' } },
    { query: { [plaintext]: '1' } },
    { query: { cursor: `${plaintext}\n`, limit: plaintext } },
    { headers: { 'content-type': plaintext } },
    { headers: { 'idempotency-key': `${plaintext} ` } },
    { json: { [plaintext]: 1 } },
    { json: { scope: { kind: plaintext }, items: [{ header: plaintext, [plaintext]: plaintext }] } },
    { json: { root: { provider: plaintext, keyId: `${plaintext}\n` }, role: plaintext, tenants: plaintext } },
    { json: { scope, items: [{ commitment: plaintext }] }, attachments: [key.slice()] },
    { json: { scope, items: [] }, attachments: [key.slice()] },
    { body: new TextEncoder().encode(`{"${plaintext}":1,"${plaintext}":2}`) },
    { body: new TextEncoder().encode(plaintext) },
    { body: key.slice() },
    { body: Uint8Array.of(0, 0, 0, 32, ...key) },
    { body: Uint8Array.of(0, 0, 0, 40, ...key) },
    { body: Uint8Array.of(...encodeFrame({ scope, items: [{}] }, [key]), 1) },
  ];

  function expectClean(what: string, text: string): void {
    for (const spelling of spellings) expect(text.includes(spelling), `${what}: ${spelling}`).toBe(false);
  }

  it('are in no record, no error that is answered and none that is reported, whatever refuses them', async () => {
    const refused: Received[] = [];
    for (const id of operationIds) {
      for (const plant of planted) {
        const answer = await harness.send(id, { ...samples[id], ...plant, apiKey: harness.admin });
        if (answer.code !== null) refused.push(answer);
        refused.push(await harness.send(id, { ...samples[id], ...plant }));
        refused.push(await harness.send(id, { ...samples[id], ...plant, apiKey: plaintext }));
      }
    }
    expect(refused.length).toBeGreaterThan(operationIds.length * planted.length * 2);
    for (const { text, headers } of refused) expectClean('answer', text + JSON.stringify(headers));
    expectClean('log', JSON.stringify(harness.log) + inspect(harness.log, { depth: 9 }));
    expectClean('errors', inspect(harness.errors, { depth: 9 }));
  });

  it('are in no record when they are wrapped and unwrapped, nor in errors of a root key that fails meanwhile', async () => {
    const dataKey = key.slice();
    const { secret } = nodeBackend.createDataKey();
    secret.reveal().set(key);
    const commitment = Buffer.from(nodeBackend.commitmentOf(secret)).toString('base64url');
    const json = { scope, items: [{ commitment }] };
    const params = { tenant: 'acme' };
    const wrap = () =>
      harness.send('wrapDataKeys', { apiKey: harness.admin, params, json, attachments: [dataKey] });
    const answers = [await wrap()];
    for (const outcome of ['denied', 'unavailable', 'throttled', 'invalid'] as const) {
      harness.root.answer = outcome;
      harness.clock.advance(60_000);
      answers.push(await wrap());
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 423, 503, 503, 422]);
    for (const { text } of answers) expectClean('answer', text);
    expectClean('log', inspect(harness.log, { depth: 9 }));
    expectClean('errors', inspect(harness.errors, { depth: 9 }));
  });

  it('in the form of an API key are in no record and no error', async () => {
    const secret = harness.admin.slice('kf_admin_'.length + 8);
    const answers: Received[] = [];
    for (const id of operationIds) {
      answers.push(await harness.send(id, { apiKey: `${harness.admin.slice(0, -1)}!`, ...samples[id] }));
      answers.push(
        await harness.send(id, { ...samples[id], apiKey: harness.admin, query: { x: harness.admin } }),
      );
      answers.push(await harness.send(id, { apiKey: harness.admin, params: { tenant: harness.admin } }));
    }
    const told = answers.map(({ code, text }) => (code === null ? '' : text)).join();
    for (const text of [told, inspect(harness.log, { depth: 9 }), inspect(harness.errors, { depth: 9 })]) {
      expect(text).not.toContain(secret.slice(0, 20));
    }
  });
});
