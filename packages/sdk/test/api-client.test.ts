import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { encodeFrame } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import { ApiClient } from '../src/api-client.ts';
import { defaultRetryPolicy } from '../src/calls/retry-policy.ts';
import type { TransportRequest, TransportResponse } from '../src/transport/transport.ts';
import { ConnectionError } from '../src/transport/transport-errors.ts';
import { createUndiciTransport } from '../src/transport/undici-transport.ts';
import { clientOf } from './support/clients.ts';
import { FakeTime } from './support/fake-time.ts';
import { KeyServer, sendFrame } from './support/key-server.ts';
import { rejection } from './support/settle.ts';

const scope = { kind: 'service', id: 'billing' } as const;
const wrapRequest = {
  params: { tenant: 'acme' },
  body: { scope, items: [{ commitment: 'c'.repeat(43) }] },
  attachments: [new Uint8Array(32).fill(7)],
};

/** A client whose transport is one function. */
function clientWith(send: (request: TransportRequest) => Promise<TransportResponse>) {
  const time = new FakeTime({ automatic: true });
  const client = new ApiClient({
    transport: { send, close: async () => undefined },
    pathPrefix: '',
    apiKey: 'kf_application_key',
    timeoutMs: 30_000,
    retryPolicy: defaultRetryPolicy,
    clock: time,
    timers: time,
    random: () => 0.5,
  });
  return { client, time };
}

function answer(body: Uint8Array, type = 'application/json'): TransportResponse {
  return { status: 200, header: (name) => (name === 'content-type' ? type : undefined), body };
}

const isWiped = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

describe('key bytes', () => {
  it('are wiped from what was sent once the call has succeeded', async () => {
    const sent: Uint8Array[] = [];
    const { client } = clientWith(async ({ body }) => {
      if (body !== undefined) sent.push(body);
      expect(body?.includes(7)).toBe(true);
      return answer(new TextEncoder().encode('{}'));
    });
    await client.call('wrapDataKeys', wrapRequest, () => undefined);
    expect(sent.map(isWiped)).toEqual([true]);
    expect(wrapRequest.attachments[0]?.[0]).toBe(7); // the caller's own stay his
  });

  it('are the same at every attempt, and wiped once the last has failed', async () => {
    const sent: Uint8Array[] = [];
    const { client } = clientWith(async ({ body, call }) => {
      if (body !== undefined) sent.push(body);
      expect(body?.includes(7)).toBe(true);
      throw new ConnectionError('No.', call);
    });
    await rejection(client.call('wrapDataKeys', wrapRequest, () => undefined));
    expect(sent).toHaveLength(4);
    expect(sent.map(isWiped)).toEqual([true, true, true, true]);
  });

  it('are wiped from what was received, read or refused', async () => {
    const request = { params: { tenant: 'acme' }, body: { scope, items: [] } };
    const received = encodeFrame({ n: 1 }, [new Uint8Array(32).fill(7)]);
    const { client } = clientWith(async () => answer(received, 'application/vnd.keyfold.frame'));
    const first = await client.call('unwrapDataKeys', request, ({ attachments }) => attachments[0]?.[0]);
    expect(first).toBe(7);
    expect(isWiped(received)).toBe(true);

    const refused = encodeFrame({ n: 1 }, [new Uint8Array(32).fill(7)]);
    const { client: second } = clientWith(async () => answer(refused, 'text/plain'));
    await rejection(second.call('unwrapDataKeys', request, () => undefined));
    expect(isWiped(refused)).toBe(true);
  });

  /** The pieces of bodies in which undici hands them over while `run` runs. */
  async function piecesDuring(run: () => Promise<void>): Promise<Uint8Array[]> {
    const pieces: Uint8Array[] = [];
    const collect = (message: unknown) => {
      const chunk: unknown = Reflect.get(Object(message), 'chunk');
      if (chunk instanceof Uint8Array) pieces.push(chunk);
    };
    subscribe('undici:request:bodyChunkReceived', collect);
    try {
      await run();
    } finally {
      unsubscribe('undici:request:bodyChunkReceived', collect);
    }
    return pieces;
  }

  it('are wiped from the pieces in which undici hands them over', async () => {
    await using server = await KeyServer.start();
    server.script.push((_, response) => sendFrame(response, encodeFrame({}, [new Uint8Array(32).fill(7)])));
    await using client = clientOf(server.url);
    const request = { params: { tenant: 'acme' }, body: { scope, items: [] } };
    const pieces = await piecesDuring(async () => {
      const byte = await client.call('unwrapDataKeys', request, ({ attachments }) => attachments[0]?.[0]);
      expect(byte).toBe(7);
    });
    expect(pieces.length).toBeGreaterThan(0);
    expect(pieces.every(isWiped)).toBe(true);
  });

  it.each([
    ['too long', 5, 1_000],
    ['cut off', 40, 10],
  ])('are wiped from the pieces of an answer that is %s', async (_, maxResponseBytes, delivered) => {
    await using server = await KeyServer.start();
    server.script.push((_, response) => {
      response.writeHead(200, { 'content-length': 2_000 });
      response.write(new Uint8Array(delivered).fill(7), () => response.destroy());
    });
    const transport = createUndiciTransport({
      origin: server.url,
      tls: { caMode: 'replace' },
      http2: false,
      connectTimeoutMs: 10_000,
      maxConnectionAgeMs: 300_000,
      monotonicMs: () => performance.now(),
    });
    const pieces = await piecesDuring(async () => {
      const sent = transport.send({
        method: 'GET',
        path: '/v1/tenants/acme',
        headers: {},
        signal: new AbortController().signal,
        maxResponseBytes,
        call: { operation: 'getTenant', attempts: 1 },
      });
      expect(await rejection(sent)).toMatchObject({ layer: 'transport' });
    });
    await transport.close();
    expect(pieces.length).toBeGreaterThan(0);
    expect(pieces.every(isWiped)).toBe(true);
  });
});

describe('a call', () => {
  it('says when the attempt that was answered was sent', async () => {
    const time: { fake?: FakeTime } = {};
    let attempts = 0;
    const { client, time: fake } = clientWith(async ({ call }) => {
      time.fake?.advance(1_000);
      attempts++;
      if (attempts === 1) throw new ConnectionError('No.', call);
      return answer(new TextEncoder().encode('{}'));
    });
    time.fake = fake;
    const startedAt = fake.now().monotonicMs;
    const sentAt = await client.call(
      'getTenant',
      { params: { tenant: 'acme' } },
      (answered) => answered.sentAt,
    );
    expect(sentAt.monotonicMs - startedAt).toBe(1_000 + 100); // the first attempt and the wait after it
  });

  it('leaves no timer behind', async () => {
    const { client, time } = clientWith(async () => answer(new TextEncoder().encode('{}')));
    await client.call('getTenant', { params: { tenant: 'acme' } }, () => undefined);
    expect(time.pending).toBe(0);
  });

  it('passes on what its reader throws of its own', async () => {
    const { client } = clientWith(async () => answer(new TextEncoder().encode('{}')));
    const mistake = new RangeError('mine');
    const call = client.call('getTenant', { params: { tenant: 'acme' } }, () => {
      throw mistake;
    });
    expect(await rejection(call)).toBe(mistake);
  });

  it('never encodes a path out of an id', async () => {
    const paths: string[] = [];
    const { client } = clientWith(async ({ path }) => {
      paths.push(path);
      return answer(new TextEncoder().encode('{}'));
    });
    await client.call('getTenant', { params: { tenant: '../../admin?x#y' } }, () => undefined);
    expect(paths).toEqual(['/v1/tenants/..%2F..%2Fadmin%3Fx%23y']);
  });
});
