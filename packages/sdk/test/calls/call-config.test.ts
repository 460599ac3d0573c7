import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CallSettings, resolveCallConfig } from '../../src/calls/call-config.ts';
import { Keyfold } from '../../src/index.ts';
import { Tenants } from '../../src/tenants.ts';
import { sdkVersion } from '../../src/version.ts';
import { testApiKey } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { KeyServer, sendError } from '../support/key-server.ts';
import { ok, scriptedClient } from '../support/scripted-client.ts';
import { rejection } from '../support/settle.ts';

const baseUrl = { origin: 'https://keyfold.example', pathPrefix: '', secure: true };
const resolve = (settings: object) =>
  resolveCallConfig(settings as CallSettings, {}, baseUrl, new FakeTime());

describe('settings of calls', () => {
  it('are completed one by one', () => {
    expect(
      resolve({
        maxAttempts: 2,
        retryBudget: { capacity: 3 },
        circuit: { openMs: 7, failures: undefined },
        hedge: { afterMs: 9 },
      }),
    ).toMatchObject({
      retryPolicy: { maxAttempts: 2 },
      retryBudget: { capacity: 3, refillPerSecond: 5 },
      circuit: { failures: 10, openMs: 7 },
      hedgeAfterMs: 9,
    });
  });

  it.each([
    { timeoutMs: 0 },
    { maxAttempts: 11 },
    { retryBudget: { capacity: 0 } },
    { retryBudget: { refillPerSecond: 0.5 } },
    { retryBudget: 5 },
    { circuit: { failures: -1 } },
    { circuit: { openMs: 600_001 } },
    { circuit: false },
    { hedge: {} },
    { hedge: { afterMs: '5' } },
    { hedge: true },
    { use: {} },
    { use: ['x'] },
    { use: null },
    { retryBudget: { capacity: null } },
    { retryBudget: { refillPerSecond: null } },
    { circuit: { failures: null } },
    { circuit: { openMs: null } },
    { logLevel: null },
    { opentelemetry: 'yes' },
  ])('that cannot be kept are refused by name: %j', (settings) => {
    const [name = ''] = Object.keys(settings);
    expect(() => resolve(settings)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) }),
    );
  });

  it('reach the calls of a client', async () => {
    await using server = await KeyServer.start();
    for (let attempt = 0; attempt < 9; attempt++) {
      server.script.push((_, response) => sendError(response, 'service_closed'));
    }
    const seen: number[] = [];
    await using keyfold = new Keyfold({
      apiKey: testApiKey,
      baseUrl: server.url,
      insecureLoopback: true,
      maxAttempts: 10,
      circuit: { failures: 2, openMs: 60_000 },
      use: [
        (request, next) => {
          seen.push(request.attempt);
          return next(request);
        },
      ],
    });
    expect(await rejection(keyfold.tenants.get('acme'))).toMatchObject({
      attempts: 2,
      notRetried: 'circuit_open',
    });
    expect(await rejection(keyfold.tenants.get('acme'))).toMatchObject({ code: 'circuit_open' });
    expect(seen).toEqual([1, 2]);
  });
});

describe('the user agent', () => {
  it('is the package’s name and version, and nothing of the machine', async () => {
    const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version }: { version: string } = JSON.parse(file);
    expect(sdkVersion).toBe(version);
    const { client, sent } = scriptedClient([ok]);
    await new Tenants(client).get('acme');
    expect(sent[0]?.headers).toEqual({
      authorization: `Bearer ${testApiKey}`,
      'user-agent': `keyfold-sdk/${version}`,
    });
  });
});
