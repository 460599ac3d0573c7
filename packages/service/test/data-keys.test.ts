import { type DataKeySealer, prepareValueContext, type Scope, SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { limits, type ScopeReference } from '@keyfold/protocol';
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createService, ServiceResponse } from '../src/index.ts';
import { bodyOf, type Harness, start } from './harness.ts';
import { rejectingHierarchy } from './rejecting-hierarchy.ts';

const scope = { kind: 'service', id: 'billing' } as const;
const params = { tenant: 'acme' };

let harness: Harness;
let apiKey: string;
beforeEach(async () => {
  harness = await start();
  apiKey = await harness.tenant('acme');
});

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

/** Data keys made here and wrapped by the service. */
async function wrapped(count: number): Promise<{ key: Uint8Array; header: string; sealer: DataKeySealer }[]> {
  const fresh = Array.from({ length: count }, () => nodeBackend.createDataKey());
  const keys = fresh.map(({ secret }) => secret.reveal().slice());
  const json = { scope, items: fresh.map(({ commitment }) => ({ commitment: base64url(commitment) })) };
  const answer = await harness.ok('wrapDataKeys', { apiKey, params, json, attachments: keys });
  return fresh.map((dataKey, index) => {
    const { keyReference = '', wrapped: text = '' } = answer.json.items[index] ?? {};
    const sealer = dataKey.wrappedAs({ keyReference: bytesOf(keyReference), wrapped: bytesOf(text) });
    return { key: keys[index] ?? new Uint8Array(), header: base64url(sealer.recordHeader()), sealer };
  });
}

async function unwrap(headers: readonly string[], options: { tenant?: string; apiKey?: string } = {}) {
  return await harness.ok('unwrapDataKeys', {
    apiKey: options.apiKey ?? apiKey,
    params: { tenant: options.tenant ?? 'acme' },
    json: { scope, items: headers.map((header) => ({ header })) },
  });
}

describe('a data key made by the caller', () => {
  it('is wrapped, and comes back from its header', async () => {
    const [made] = await wrapped(1);
    const { json, attachments } = await unwrap([made?.header ?? '']);
    expect(json.items).toEqual([{ status: 'ok' }]);
    expect(attachments).toEqual([made?.key]);
    expect(json.leaseRemainingMs).toBeGreaterThan(0);
  });

  it('comes in batches of up to 500, in order', async () => {
    const made = await wrapped(limits.batchItems);
    const { attachments } = await unwrap(made.map(({ header }) => header).reverse());
    expect(attachments).toEqual(made.map(({ key }) => key).reverse());
  });

  it('opens after a rotation and after a rewrap, which changes the header and nothing else', async () => {
    const [made] = await wrapped(1);
    const context = prepareValueContext({ tenant: 'acme', scope, context: { card: '42' } });
    const sealed = await made?.sealer.sealValue('4111', context);
    await harness.ok('rotateService', { params: { ...params, service: 'billing' } });
    const { json } = await harness.ok('rewrapDataKeys', {
      apiKey,
      params,
      json: { scope, items: [{ header: made?.header }] },
    });
    const [item] = json.items;
    const header = item?.status === 'ok' ? item.header : '';
    expect(header).not.toBe(made?.header);
    expect((await unwrap([header, made?.header ?? ''])).attachments).toEqual([made?.key, made?.key]);
    expect(sealed?.byteLength).toBe(131 + 4);
  });

  it('with a header that does not open fails alone, by name, and the others open', async () => {
    const made = await wrapped(3);
    const flipped = bytesOf(made[1]?.header ?? '');
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    const unknown = bytesOf(made[1]?.header ?? '');
    unknown.fill(7, 2, 10);
    const headers = [made[0]?.header ?? '', base64url(flipped), base64url(unknown), made[2]?.header ?? ''];
    const { json, attachments } = await unwrap(headers);
    expect(json.items.map((item) => (item.status === 'ok' ? 'ok' : item.error.code))).toEqual([
      'ok',
      'key_unwrap_failed',
      'key_reference_not_found',
      'ok',
    ]);
    expect(attachments).toEqual([made[0]?.key, made[2]?.key]);
    const rewrapped = await harness.ok('rewrapDataKeys', {
      apiKey,
      params,
      json: { scope, items: headers.map((header) => ({ header })) },
    });
    expect(rewrapped.json.items.map(({ status }) => status)).toEqual(['ok', 'error', 'error', 'ok']);
  });

  it('does not open once the root key refuses and the lease is over, and opens again when it is allowed', async () => {
    const [made] = await wrapped(1);
    const sent = { apiKey, params, json: { scope, items: [{ header: made?.header }] } };
    harness.root.answer = 'denied';
    harness.clock.advance(60_000);
    const refused = await harness.send('unwrapDataKeys', sent);
    expect([refused.status, refused.code]).toEqual([423, 'root_key_denied']);
    harness.root.answer = 'ok';
    expect((await harness.send('unwrapDataKeys', sent)).attachments).toEqual([made?.key]);
  });
});

describe('a data key made by the service', () => {
  it('comes as an attachment beside the header from which it opens', async () => {
    const { json, attachments } = await harness.ok('generateDataKeys', {
      apiKey,
      params,
      json: { scope, count: 3 },
    });
    expect(json.items).toHaveLength(3);
    expect(new Set(attachments.map(base64url)).size).toBe(3);
    for (const key of attachments) expect(key).toHaveLength(32);
    expect((await unwrap(json.items.map(({ header }) => header))).attachments).toEqual(attachments);
  });
});

describe('a batch', () => {
  const commitment = base64url(new Uint8Array(32));
  const key = () => new Uint8Array(32);

  it.each([
    ['with fewer attachments than items', [{ commitment }, { commitment }], [key()]],
    ['with more attachments than items', [{ commitment }], [key(), key()]],
    ['with a key of 31 bytes', [{ commitment }], [new Uint8Array(31)]],
    ['with a key of 33 bytes', [{ commitment }], [new Uint8Array(33)]],
    ['without items', [], []],
    ['with a commitment of 31 bytes', [{ commitment: base64url(new Uint8Array(31)) }], [key()]],
  ])('%s is refused', async (_, items, attachments) => {
    const answer = await harness.send('wrapDataKeys', {
      apiKey,
      params,
      json: { scope, items },
      attachments,
    });
    expect(answer.code).toBe('invalid_request');
  });

  it('of more than 500 items is refused', async () => {
    const items = Array.from({ length: 501 }, () => ({ header: base64url(new Uint8Array(102).fill(0xf6)) }));
    for (const id of ['unwrapDataKeys', 'rewrapDataKeys'] as const) {
      expect((await harness.send(id, { apiKey, params, json: { scope, items } })).code).toBe(
        'invalid_request',
      );
    }
    const count = { scope, count: 501 };
    expect((await harness.send('generateDataKeys', { apiKey, params, json: count })).code).toBe(
      'invalid_request',
    );
  });

  it('with something that is no record header is refused, and told which item it is', async () => {
    const [made] = await wrapped(1);
    for (const [at, value] of [
      [0, 0xf5],
      [1, 9],
    ] as const) {
      const bytes = bytesOf(made?.header ?? '');
      bytes[at] = value;
      const items = [{ header: made?.header }, { header: base64url(bytes) }];
      const answer = await harness.send('unwrapDataKeys', { apiKey, params, json: { scope, items } });
      expect(answer.code).toBe('invalid_request');
      expect(answer.text).toContain('items[1].header');
    }
  });

  it('for a scope that has no keys is refused by name', async () => {
    const scopes: readonly Scope[] = [
      { kind: 'tenant' },
      { kind: 'platform' },
      { kind: 'user', id: 'ada' },
      { kind: 'secret', id: 'smtp' },
    ];
    for (const other of scopes) {
      const json = { scope: other, count: 1 };
      expect((await harness.send('generateDataKeys', { apiKey, params, json })).code).toBe(
        'scope_unsupported',
      );
    }
    const json = { scope: { kind: 'service', id: 'unknown' }, count: 1 };
    expect((await harness.send('generateDataKeys', { apiKey, params, json })).code).toBe('service_not_found');
  });

  it('names scopes as the crypto core does', () => {
    expectTypeOf<ScopeReference>().toEqualTypeOf<Scope>();
  });
});

describe('key bytes', () => {
  it('are zeroised in the request whatever becomes of it', async () => {
    const commitment = base64url(new Uint8Array(32));
    const json = { scope, items: [{ commitment }] };
    const attempts = [
      { apiKey, params },
      { apiKey: undefined, params },
      { apiKey, params: { tenant: 'other' } },
      { apiKey, params, query: { x: '1' } },
      { apiKey, params, headers: { 'content-type': 'text/plain' } },
    ];
    for (const attempt of attempts) {
      const body = bodyOf('frame', { json, attachments: [new Uint8Array(32).fill(0xaa)] });
      await harness.send('wrapDataKeys', { ...attempt, body });
      expect(body.every((byte) => byte === 0)).toBe(true);
    }
    const garbage = new Uint8Array(100).fill(0xaa);
    await harness.send('wrapDataKeys', { apiKey, params, body: garbage });
    expect(garbage.every((byte) => byte === 0)).toBe(true);
  });

  it('are never in an answer that is offered as text', async () => {
    const apiKey = await harness.tenant('textual');
    const { service } = harness;
    const body = new TextEncoder().encode(JSON.stringify({ scope, count: 1 }));
    const answer = await service.execute('generateDataKeys', {
      params: { tenant: 'textual' },
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body,
      requestId: 'r',
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toBeUndefined();
    const refused = service.refuse('route_not_found', 'r');
    expect(Buffer.from(refused.body).toString()).toBe(refused.text);
    refused[Symbol.dispose]();
    expect(refused.body.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['generateDataKeys', { scope, count: 1 }, 200],
    ['generateDataKeys', { scope, count: 0 }, 400],
  ] as const)(
    'are answered for at once where nothing has to be waited for: %s %o',
    async (id, json, status) => {
      const { hierarchy, rows, clock } = harness;
      const service = createService({ hierarchy, rows, backend: nodeBackend, clock });
      const ask = () => {
        const body = new TextEncoder().encode(JSON.stringify(json));
        const answer = service.execute(id, {
          params,
          query: new URLSearchParams(),
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body,
          requestId: 'r',
        });
        return { answer, body };
      };
      // The first takes its uses of the key from the store, which changes it: the second looks at the API key again.
      await ask().answer;
      await ask().answer;
      const { answer, body } = ask();
      expect(answer).toBeInstanceOf(ServiceResponse);
      expect((await answer).status).toBe(status);
      expect(body.every((byte) => byte === 0)).toBe(true);
    },
  );

  it('are zeroised in the answer when the host disposes of it', async () => {
    const response = await harness.service.execute('generateDataKeys', {
      params,
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: new TextEncoder().encode(JSON.stringify({ scope, count: 2 })),
      requestId: 'r',
    });
    expect(response.status).toBe(200);
    expect(response.body.some((byte) => byte !== 0)).toBe(true);
    expect(response.body.buffer.byteLength).toBe(response.body.byteLength);
    response[Symbol.dispose]();
    expect(response.body.every((byte) => byte === 0)).toBe(true);
  });

  it('that pass between service and hierarchy are disposed of, also when recording the request fails', async () => {
    const seen: SecretBytes[] = [];
    let logFails = false;
    const { hierarchy } = harness;
    const service = {
      hierarchy: {
        ...rejectingHierarchy(),
        wrapDataKeys: async (tenant, where, items) => {
          seen.push(...items.map(({ dataKey }) => dataKey));
          return await hierarchy.wrapDataKeys(tenant, where, items);
        },
        unwrapDataKeys: async (tenant, where, headers) => {
          const answer = await hierarchy.unwrapDataKeys(tenant, where, headers);
          seen.push(...answer.items.filter((item) => item instanceof SecretBytes));
          return answer;
        },
        generateDataKeys: async (tenant, where, count) => {
          const answer = await hierarchy.generateDataKeys(tenant, where, count);
          seen.push(...answer.items.map(({ dataKey }) => dataKey));
          return answer;
        },
      } satisfies typeof hierarchy,
      rows: harness.rows,
      log: () => {
        if (logFails) throw new Error('disk full');
      },
    };
    const [made] = await wrapped(1);
    const spied = await start({ service });
    const sent = { apiKey, params };
    const commitment = base64url(new Uint8Array(32));
    for (const status of [200, 500]) {
      logFails = status === 500;
      const answers = [
        await spied.send('wrapDataKeys', {
          ...sent,
          json: { scope, items: [{ commitment }] },
          attachments: [new Uint8Array(32).fill(1)],
        }),
        await spied.send('unwrapDataKeys', { ...sent, json: { scope, items: [{ header: made?.header }] } }),
        await spied.send('generateDataKeys', { ...sent, json: { scope, count: 2 } }),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([status, status, status]);
    }
    expect(seen).toHaveLength(8);
    expect(seen.every(({ disposed }) => disposed)).toBe(true);
  });
});
