import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Middleware } from '../../src/calls/middleware.ts';
import { isKeyfoldError } from '../../src/index.ts';
import { Tenants } from '../../src/tenants.ts';
import { CertificateSelfSignedError } from '../../src/transport/tls-errors.ts';
import type { TransportResponse } from '../../src/transport/transport.ts';
import { FakeTime } from '../support/fake-time.ts';
import {
  down,
  ok,
  plain,
  type Reply,
  refusal,
  response,
  scriptedClient,
  silent,
} from '../support/scripted-client.ts';
import { settle } from '../support/settle.ts';

/** What a server, a proxy or the network may do to one attempt. */
const replies: Readonly<Record<string, Reply>> = {
  ok,
  down,
  silent,
  busy: refusal('root_key_throttled', { 'retry-after': '3600' }),
  refused: refusal('tenant_not_found'),
  broken: () => response(200, 'no tenant'),
  page: plain(200),
  gone: plain(502),
  strange: plain(418),
  redirect: () => response(307, {}),
  certificate: ({ call }) => {
    const details = { peer: 'server', message: 'No.', call, cause: undefined } as const;
    throw new CertificateSelfSignedError('certificate_self_signed', details);
  },
};

const passing: Middleware = (request, next) => next(request);

const scenario = fc.record({
  script: fc.array(fc.constantFrom(...Object.keys(replies)), { minLength: 1, maxLength: 8 }),
  maxAttempts: fc.integer({ min: 1, max: 5 }),
  capacity: fc.integer({ min: 1, max: 3 }),
  failures: fc.integer({ min: 1, max: 4 }),
  hedgeAfterMs: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  middleware: fc.constantFrom([], [passing]),
  abortAtMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

const timeoutMs = 2_000;

describe('whatever the network does, a call', () => {
  it('ends in time, with a typed error or its data, and leaves nothing behind', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      await fc.assert(
        fc.asyncProperty(scenario, async (chosen) => {
          const { script, maxAttempts, capacity, failures, hedgeAfterMs, middleware, abortAtMs, random } =
            chosen;
          const answers: TransportResponse[] = [];
          const time = new FakeTime();
          const controller = new AbortController();
          const { client, sent } = scriptedClient(
            script.map(
              (name): Reply =>
                async (request) => {
                  const answer = await (replies[name] ?? ok)(request);
                  answers.push(answer);
                  return answer;
                },
            ),
            {
              time,
              hedgeAfterMs,
              middleware,
              timeoutMs,
              retryBudget: { capacity, refillPerSecond: 1 },
              circuit: { failures, openMs: 5_000 },
              random: () => random,
            },
          );
          let outcome: unknown;
          const call = new Tenants(client).get('acme', { maxAttempts, signal: controller.signal }).then(
            (data) => {
              outcome = data;
            },
            (error: unknown) => {
              outcome = error;
            },
          );
          await settle();
          for (let elapsedMs = 0; elapsedMs < timeoutMs; elapsedMs += 50) {
            if (abortAtMs !== undefined && elapsedMs >= abortAtMs) controller.abort();
            time.advance(50);
            await settle();
          }
          await call;
          if (outcome instanceof Error) {
            expect(isKeyfoldError(outcome)).toBe(true);
            expect(outcome).toMatchObject({ attempts: expect.any(Number), hint: expect.any(String) });
          } else expect(outcome).toMatchObject({ id: 'acme' });
          expect(sent.length).toBeLessThanOrEqual(Math.min(maxAttempts, 1 + capacity + timeoutMs / 1_000));
          expect(time.pending).toBe(0);
          for (const { body } of answers) expect(body.every((byte) => byte === 0)).toBe(true);
        }),
        { numRuns: 150 },
      );
      await settle();
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
