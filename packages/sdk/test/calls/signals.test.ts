import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../src/calls/until-aborted.ts';
import { integerId, Keyfold, text } from '../../src/index.ts';
import { testApiKey } from '../support/clients.ts';
import { KeyServer, sendError } from '../support/key-server.ts';
import { rejection, settle } from '../support/settle.ts';
import { watchedSignal } from '../support/watched-signal.ts';

const context = { card: '42' };

async function open() {
  const server = await KeyServer.start();
  const keyfold = new Keyfold({ apiKey: testApiKey, baseUrl: server.url, insecureLoopback: true });
  const cards = keyfold.tenant('acme').service('billing');
  const people = cards.table('people', { id: integerId('id'), fields: { ssn: text() } });
  const token = await cards.encrypt('x', { context });
  const row = await people.encrypt({ id: 7, ssn: 'x' });
  await keyfold.close();
  server.requests.length = 0;
  const cold = new Keyfold({ apiKey: testApiKey, baseUrl: server.url, insecureLoopback: true });
  const coldCards = cold.tenant('acme').service('billing');
  return {
    server,
    keyfold: cold,
    cards: coldCards,
    people: coldCards.table('people', { id: integerId('id'), fields: { ssn: text() } }),
    token,
    row,
    [Symbol.asyncDispose]: async () => {
      await cold.close();
      await server.stop();
    },
  };
}
type Opened = Awaited<ReturnType<typeof open>>;

const calls: readonly [string, (opened: Opened, signal: AbortSignal) => Promise<unknown>][] = [
  ['encrypt', ({ cards }, signal) => cards.encrypt('x', { context, signal })],
  ['encryptBytes', ({ cards }, signal) => cards.encryptBytes('x', { context, signal })],
  ['decrypt', ({ cards, token }, signal) => cards.decrypt(token, { context, signal })],
  ['encryptMany', ({ cards }, signal) => cards.encryptMany([{ value: 'x', context }], { signal })],
  ['decryptMany', ({ cards, token }, signal) => cards.decryptMany([{ sealed: token, context }], { signal })],
  ['rewrap', ({ cards, token }, signal) => cards.rewrap(token, { signal })],
  ['table.encrypt', ({ people }, signal) => people.encrypt({ id: 7, ssn: 'x' }, { signal })],
  ['table.encryptMany', ({ people }, signal) => people.encryptMany([{ id: 7, ssn: 'x' }], { signal })],
  ['table.decrypt', ({ people, row }, signal) => people.decrypt(row, { signal })],
  ['table.decryptMany', ({ people, row }, signal) => people.decryptMany([row], { signal })],
  ['tenants.get', ({ keyfold }, signal) => keyfold.tenants.get('acme', { signal })],
  ['tenants.list', ({ keyfold }, signal) => keyfold.tenants.list({}, { signal })],
  ['services.rotate', ({ keyfold }, signal) => keyfold.tenant('acme').services.rotate('billing', { signal })],
  ['apiKeys.revoke', ({ keyfold }, signal) => keyfold.apiKeys.revoke('kf_application_abcdefgh', { signal })],
];

describe.each(calls)('%s', (_, call) => {
  it('sends nothing with a signal that is aborted already', async () => {
    await using opened = await open();
    const error = await rejection(call(opened, AbortSignal.abort()));
    expect(error).toMatchObject({ code: 'call_aborted', attempts: 0, retryable: false });
    expect(opened.server.requests).toHaveLength(0);
  });

  it('ends when its signal is aborted while it waits', async () => {
    await using opened = await open();
    const reached = Promise.withResolvers<void>();
    opened.server.script.push(() => reached.resolve());
    const controller = new AbortController();
    const failed = rejection(call(opened, controller.signal));
    await reached.promise;
    controller.abort();
    expect(await failed).toMatchObject({ code: 'call_aborted' });
  });

  it('refuses what is no signal', async () => {
    await using opened = await open();
    // @ts-expect-error half a signal: it could not be let go of
    const half: AbortSignal = { aborted: false, reason: undefined, addEventListener: () => {} };
    // @ts-expect-error null is none either
    const nothing: AbortSignal = null;
    for (const signal of [{} as AbortSignal, half, nothing]) {
      expect(await rejection(call(opened, signal))).toMatchObject({ code: 'option_invalid' });
    }
    expect(opened.server.requests).toHaveLength(0);
  });
});

describe('a signal', () => {
  it('that a deadline of the caller’s own aborts is the cause', async () => {
    await using opened = await open();
    const reason = new DOMException('Too slow.', 'TimeoutError');
    const options = { signal: AbortSignal.abort(reason) };
    const { keyfold, cards } = opened;
    expect(await rejection(keyfold.tenants.get('acme', options))).toMatchObject({ cause: reason });
    expect(await rejection(cards.encrypt('x', { context, ...options }))).toMatchObject({ cause: reason });
  });

  it('ends the call that it was passed with, not others that wait for the same key', async () => {
    await using opened = await open();
    const { server, cards } = opened;
    const reached = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    server.script.push(async (_, response) => {
      reached.resolve();
      await release.promise;
      sendError(response, 'service_closed'); // and the retry is answered
    });
    const controller = new AbortController();
    const ended = rejection(cards.encrypt('x', { context, signal: controller.signal }));
    const other = cards.encrypt('y', { context });
    await reached.promise;
    controller.abort();
    expect(await ended).toMatchObject({ code: 'call_aborted' });
    release.resolve();
    expect(await cards.decrypt(await other, { context })).toBe('y');
  });

  it('is let go of once a call is done', async () => {
    await using opened = await open();
    const { cards } = opened;
    const { signal, listeners } = watchedSignal();
    await cards.encrypt('x', { context, signal });
    await cards.encrypt('x', { context, signal });
    // What cannot be written in JSON fails while the request is made, before there is an attempt.
    const unwritable = { role: 'application', tenants: [1n as never] } as const;
    const failed = rejection(opened.keyfold.apiKeys.create(unwritable, { signal }));
    expect(await failed).toMatchObject({ code: 'invalid_argument' });
    await settle();
    expect(listeners.size).toBe(0);
  });

  it('that is aborted before the waiting begins ends it, and what was waited for may fail later', async () => {
    const signal = AbortSignal.abort();
    const work = Promise.withResolvers<never>();
    const ended = rejection(
      Promise.resolve(untilAborted(work.promise, { signal, operation: 'wrapDataKeys' })),
    );
    expect(await ended).toMatchObject({ code: 'call_aborted', operation: 'wrapDataKeys' });
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    work.reject(new Error('late'));
    await settle();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('that throws when it is listened to leaves no failure behind that nobody handles', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { signal } = new AbortController();
    const mine = new Error('mine');
    signal.addEventListener = () => {
      throw mine;
    };
    const work = Promise.withResolvers<never>();
    const ended = rejection(
      Promise.resolve(untilAborted(work.promise, { signal, operation: 'wrapDataKeys' })),
    );
    expect(await ended).toBe(mine);
    work.reject(new Error('late'));
    await settle();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('ends a batch between its turns', async () => {
    await using opened = await open();
    const { cards } = opened;
    await cards.encrypt('x', { context });
    const controller = new AbortController();
    const values = Array.from({ length: 1_000 }, () => ({ value: 'x', context }));
    const failed = rejection(cards.encryptMany(values, { signal: controller.signal }));
    controller.abort();
    expect(await failed).toMatchObject({ code: 'call_aborted' });
  });
});
