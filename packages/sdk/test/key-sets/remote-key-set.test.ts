import { getEventListeners } from 'node:events';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { describe, expect, it } from 'vitest';
import { RemoteKeySet } from '../../src/key-sets/remote-key-set.ts';
import { resolveRemoteKeySet } from '../../src/key-sets/remote-key-set-options.ts';
import type { TransportRequest, TransportResponse } from '../../src/transport/transport.ts';
import { ConnectionError } from '../../src/transport/transport-errors.ts';
import { FakeTime } from '../support/fake-time.ts';
import { type Reply, silent } from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';
import { audience, issuer, publishedSet, tokenAt, tokenIssuer } from '../support/token-issuer.ts';

const [first, second, stranger] = [await tokenIssuer(), await tokenIssuer(), await tokenIssuer()];
const expected = { issuer, audience };
const url = 'https://login.example/v1/auth/jwks?tenant=acme';

const published =
  (...issuers: Parameters<typeof publishedSet>[0]): Reply =>
  () =>
    answer(200, publishedSet(issuers));
const down: Reply = ({ call }) => {
  throw new ConnectionError('No.', call);
};

function answer(status: number, body: Uint8Array | string): TransportResponse {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { status, header: () => undefined, body: bytes };
}

/** A key set whose server is the test's, as are its times. */
function scripted(reply: Reply, options: object = {}) {
  const time = new FakeTime();
  const server = { reply, sent: [] as TransportRequest[] };
  const config = { ...resolveRemoteKeySet({ url, ...options }), clock: time };
  const transport = {
    send: async (request: TransportRequest) => {
      server.sent.push(request);
      return await server.reply(request);
    },
    close: async () => undefined,
  };
  const keys = new RemoteKeySet(config, { transport, backend: nodeBackend, timers: time });
  const verify = async (of: typeof first) => keys.verify(await tokenAt(of, time), expected);
  return { keys, time, server, verify };
}

const code = async (promise: Promise<unknown>) => {
  const error = await rejection(promise);
  return [Reflect.get(Object(error), 'code'), Reflect.get(Object(error), 'reason')].filter(Boolean).join(' ');
};

describe('a key set', () => {
  it('is fetched when the first token asks for it, once for all that ask at the same time', async () => {
    const { server, verify } = scripted(published(first));
    expect(server.sent).toEqual([]);
    const accepted = await Promise.all(Array.from({ length: 20 }, () => verify(first)));
    expect(new Set(accepted.map(({ kid, claims }) => `${kid} ${claims.sub}`))).toEqual(
      new Set([`${first.kid} u-17`]),
    );
    expect(server.sent).toMatchObject([
      { method: 'GET', path: '/v1/auth/jwks?tenant=acme', maxResponseBytes: 65_536 },
    ]);
    expect(server.sent[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is fetched once more for a key that it lacks, by all that ask for one together', async () => {
    const { server, time, verify } = scripted(published(first));
    await verify(first);
    time.advance(30_000);
    server.reply = published(first, second);
    const accepted = await Promise.all(Array.from({ length: 20 }, () => verify(second)));
    expect(accepted.map(({ kid }) => kid)).toEqual(accepted.map(() => second.kid));
    expect(server.sent).toHaveLength(2);
    expect(await verify(first)).toMatchObject({ kid: first.kid });
    expect(server.sent).toHaveLength(2);
  });

  it('is fetched once in a cool-down, however many tokens name keys that there are not', async () => {
    const { server, time, verify } = scripted(published(first));
    await verify(first);
    for (let step = 0; step < 30; step++) {
      for (let token = 0; token < 10; token++) {
        expect(await code(verify(stranger))).toBe('token_invalid unknown_key');
      }
      time.advance(2_000);
    }
    expect(server.sent).toHaveLength(1 + 1); // after 30 s; the one at 60 s has yet to come
    expect(await code(verify(stranger))).toBe('token_invalid unknown_key');
    expect(server.sent).toHaveLength(3);
    time.setWall(time.now().wallMs + 60_000);
    await rejection(verify(stranger));
    expect(server.sent, 'a wall clock set forward ends no cool-down').toHaveLength(3);
  });

  it('is not fetched for a token that is wrong in itself', async () => {
    const { keys, server, time, verify } = scripted(published(first));
    await verify(first);
    time.advance(60_000);
    const forged = `${(await tokenAt(first, time)).slice(0, -4)}AAAA`;
    for (const token of ['', 'a.b', forged])
      expect(await code(keys.verify(token, expected))).toMatch(/^token_/);
    expect(server.sent).toHaveLength(1);
  });
});

describe('a key that is no longer published', () => {
  it('fails as soon as a set came without it', async () => {
    const { server, time, verify } = scripted(published(first, second));
    await verify(first);
    server.reply = published(second);
    time.advance(299_999);
    await verify(first);
    time.advance(1);
    expect(await code(verify(first))).toBe('token_invalid unknown_key');
    expect(await verify(second)).toMatchObject({ kid: second.kid });
  });

  it('stays good for the grace that was asked for, then fails', async () => {
    const { server, time, verify } = scripted(published(first), { graceMs: 600_000 });
    await verify(first);
    server.reply = published(second);
    time.advance(300_000);
    await verify(first);
    time.advance(599_999);
    expect(await verify(first)).toMatchObject({ kid: first.kid });
    time.advance(1);
    expect(await code(verify(first))).toBe('token_invalid unknown_key');
    expect(await verify(second)).toMatchObject({ kid: second.kid });
  });

  it('is good again when it is published again', async () => {
    const { server, time, verify } = scripted(published(first), { graceMs: 600_000 });
    await verify(first);
    for (const reply of [published(second), published(first)]) {
      server.reply = reply;
      time.advance(300_000);
      await verify(first);
    }
    time.advance(600_000);
    expect(await verify(first)).toMatchObject({ kid: first.kid });
  });
});

describe('while the server of the key set is down', () => {
  it('the last set is good until its greatest age, then no token is accepted', async () => {
    const { server, time, verify } = scripted(published(first));
    await verify(first);
    server.reply = down;
    for (let minute = 0; minute < 59; minute++) {
      time.advance(60_000);
      expect(await verify(first)).toMatchObject({ kid: first.kid });
    }
    time.advance(59_999);
    await verify(first);
    time.advance(1);
    const error = await rejection(verify(first));
    expect(error).toMatchObject({
      code: 'key_set_unavailable',
      layer: 'transport',
      retryable: true,
      cause: { code: 'connection_failed', operation: 'fetchKeySet' },
    });
    server.reply = published(first);
    time.advance(30_000);
    expect(await verify(first)).toMatchObject({ kid: first.kid });
  });

  it('a machine that slept, or whose clock was set, does not stretch that age', async () => {
    const { server, time, verify } = scripted(published(first));
    await verify(first);
    server.reply = down;
    time.suspend(3_600_000);
    time.advance(1);
    expect(await code(verify(first))).toBe('key_set_unavailable');
  });

  it('a token of a key that is not in the last set is not called wrong', async () => {
    const { server, time, verify } = scripted(published(first));
    await verify(first);
    server.reply = down;
    time.advance(30_000);
    expect(await code(verify(second))).toBe('key_set_unavailable');
    expect(await code(verify(second))).toBe('key_set_unavailable');
    expect(server.sent).toHaveLength(2);
  });

  it('a first set is asked for again after 1, 2, 4, 8, 16 and then every 30 seconds', async () => {
    const { server, time, verify } = scripted(down);
    const sentAt: number[] = [];
    for (let second = 0; second <= 91; second++) {
      const before = server.sent.length;
      expect(await code(verify(first))).toBe('key_set_unavailable');
      if (server.sent.length > before) sentAt.push(second);
      time.advance(1_000);
    }
    expect(sentAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
  });

  it.each<[string, Reply, object]>([
    ['a redirect', () => answer(302, ''), { code: 'redirect_refused', status: 302 }],
    ['an error', () => answer(503, publishedSet([first])), { code: 'unexpected_response', status: 503 }],
    ['no JSON', () => answer(200, '<html>'), { code: 'key_set_invalid', reason: 'json' }],
    [
      'a private key',
      () => answer(200, '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AA","d":"AA"}]}'),
      { code: 'key_set_invalid', reason: 'private_member' },
    ],
  ])('%s counts as no set, and says why', async (_, reply, cause) => {
    const { server, time, verify } = scripted(reply);
    expect(await rejection(verify(first))).toMatchObject({ code: 'key_set_unavailable', cause });
    server.reply = published(first);
    time.advance(30_000);
    await verify(first);
    server.reply = reply;
    time.advance(300_000);
    expect(await verify(first), 'the last good set is kept').toMatchObject({ kid: first.kid });
  });

  it('nobody waits longer than the timeout', async () => {
    const { time, verify } = scripted(silent, { timeoutMs: 700 });
    const waiting = rejection(verify(first));
    await settle();
    time.advance(700);
    expect(await waiting).toMatchObject({ code: 'key_set_unavailable', cause: { code: 'timeout' } });
    expect(time.pending).toBe(0);
  });
});

it('closing a key set ends a fetch under way, and it verifies nothing afterwards', async () => {
  const { keys, time, verify } = scripted(silent);
  const waiting = code(verify(first));
  await settle();
  await keys.close();
  expect(await waiting).toBe('client_closed');
  expect(await code(verify(first))).toBe('client_closed');
  expect(await code(keys.keys())).toBe('client_closed');
  expect(time.pending).toBe(0);
});

describe('a signal', () => {
  /** A set that is published when the test says so. */
  const later = () => {
    const release = Promise.withResolvers<void>();
    const reply: Reply = async (request) => {
      await release.promise;
      return published(first)(request);
    };
    return { reply, release: release.resolve };
  };

  it('that is aborted already fetches nothing, and is the cause', async () => {
    const { keys, server, time } = scripted(published(first));
    const reason = new DOMException('Too slow.', 'TimeoutError');
    const signal = AbortSignal.abort(reason);
    const aborted = { code: 'call_aborted', operation: 'fetchKeySet', attempts: 0, cause: reason };
    expect(await rejection(keys.keys({ signal }))).toMatchObject(aborted);
    const token = await tokenAt(first, time);
    expect(await rejection(keys.verify(token, { ...expected, signal }))).toMatchObject(aborted);
    expect(server.sent).toEqual([]);
  });

  it('ends the wait that it was passed with, not the fetch that others wait for', async () => {
    const { reply, release } = later();
    const { keys, server, time, verify } = scripted(reply);
    const controller = new AbortController();
    const { signal } = controller;
    const ended = [
      rejection(keys.keys({ signal })),
      rejection(keys.verify(await tokenAt(first, time), { ...expected, signal })),
    ];
    const other = verify(first);
    await settle();
    controller.abort();
    for (const error of await Promise.all(ended)) expect(error).toMatchObject({ code: 'call_aborted' });
    release();
    expect(await other).toMatchObject({ kid: first.kid });
    expect(server.sent).toHaveLength(1);
  });

  it('ends the wait for a later set, too', async () => {
    const { keys, server, time, verify } = scripted(published(first));
    await verify(first);
    time.advance(30_000);
    server.reply = silent;
    const controller = new AbortController();
    const { signal } = controller;
    const ended = rejection(keys.verify(await tokenAt(second, time), { ...expected, signal }));
    await settle();
    expect(server.sent).toHaveLength(2);
    controller.abort();
    expect(await ended).toMatchObject({ code: 'call_aborted' });
    await keys.close();
  });

  it('ends the call at whatever moment it is aborted, between its two waits, too', async () => {
    const { keys, server, time, verify } = scripted(published(first));
    await verify(first);
    time.advance(30_000);
    server.reply = silent;
    const token = await tokenAt(second, time);
    for (let moment = 0; moment < 20; moment++) {
      const controller = new AbortController();
      const ended = rejection(keys.verify(token, { ...expected, signal: controller.signal }));
      for (let turn = 0; turn < moment; turn++) await undefined;
      controller.abort();
      await settle();
      time.advance(30_000); // ends the fetch, and the cool-down
      expect(await ended, `after ${moment} turns`).toMatchObject({ code: 'call_aborted' });
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    }
  });

  it('is let go of once a token is verified', async () => {
    const { keys, time } = scripted(published(first));
    const { signal } = new AbortController();
    const { kid } = await keys.verify(await tokenAt(first, time), { ...expected, signal });
    expect(kid).toBe(first.kid);
    expect(await keys.keys({ signal })).toHaveLength(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['that is none', { signal: {} }, 'signal must be an AbortSignal.'],
    ['that is null', { signal: null }, 'signal must be an AbortSignal.'],
    ['that is misspelt', { abortSignal: AbortSignal.abort() }, 'There is no option abortSignal.'],
  ])('%s is refused', async (_, options, message) => {
    const { keys, server, time } = scripted(published(first));
    const token = await tokenAt(first, time);
    for (const call of [keys.keys(options), keys.verify(token, { ...expected, ...options })]) {
      expect(await rejection(call)).toMatchObject({ code: 'option_invalid', message });
    }
    expect(server.sent).toEqual([]);
  });
});

it.each([
  ['an object without time', {}],
  ['null', null],
  ['one that tells a number', { now: Date.now }],
])('a clock that is none is refused: %s', (_, clock) => {
  expect(() => resolveRemoteKeySet({ url, clock: clock as never })).toThrow(
    expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining('clock') }),
  );
});

it('an expectation that there is not is refused, as it would not be looked at', async () => {
  const { keys, server, time } = scripted(published(first));
  const token = await tokenAt(first, time);
  const error = await rejection(keys.verify(token, { ...expected, clockSkew: 1 } as typeof expected));
  expect(error).toMatchObject({ code: 'option_invalid', message: 'There is no option clockSkew.' });
  expect(server.sent).toEqual([]);
});

describe('the options of a key set are refused when it is made', () => {
  it.each<[string, object, string]>([
    ['no URL', { url: undefined }, 'option_invalid'],
    ['plain http', { url: 'http://login.example/jwks' }, 'insecure_base_url'],
    ['plain http to this machine', { url: 'http://localhost/jwks' }, 'insecure_base_url'],
    ['a user in the URL', { url: 'https://a:b@login.example/jwks' }, 'option_invalid'],
    ['a set that grows old before it is fetched again', { refreshAfterMs: 2, maxAgeMs: 1 }, 'option_invalid'],
    ['no cool-down', { coolDownMs: 0 }, 'option_invalid'],
    ['a negative grace', { graceMs: -1 }, 'option_invalid'],
    ['an option that there is not', { rejectUnauthorized: false }, 'option_invalid'],
  ])('%s', (_, options, expectedCode) => {
    expect(() => resolveRemoteKeySet({ url, ...options })).toThrow(
      expect.objectContaining({ code: expectedCode }),
    );
  });
});
