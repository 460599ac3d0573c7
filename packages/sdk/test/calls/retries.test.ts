import { identifierPatterns, operations } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import { ApiKeys } from '../../src/api-keys.ts';
import { Services } from '../../src/services.ts';
import { Tenants } from '../../src/tenants.ts';
import { FakeTime } from '../support/fake-time.ts';
import { down, ok, plain, refusal, response, scriptedClient, silent } from '../support/scripted-client.ts';
import { rejection, settle } from '../support/settle.ts';

const service = { id: 'billing', tenant: 'acme', activeVersion: 2 };
const apiKey = {
  id: 'kf_application_abcdefgh',
  role: 'application',
  tenants: ['acme'],
  description: '',
  createdAt: '2026-01-02T03:04:05.000Z',
  revokedAt: null,
};
const newKey = { role: 'application', tenants: ['acme'] } as const;

describe('an idempotency key', () => {
  it('is the same at each attempt of a call, another for each call, and of the form that the service takes', async () => {
    const { client, sent } = scriptedClient([down, down, () => response(200, service)]);
    const services = new Services(client, 'acme');
    expect(await services.rotate('billing')).toEqual(service);
    await services.rotate('billing');
    const keys = sent.map(({ headers }) => headers['idempotency-key'] ?? '');
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(identifierPatterns.idempotencyKey);
  });

  it('or repeatability by itself makes every operation one that may be tried again', () => {
    const once = Object.entries(operations).filter(([, row]) => !row.idempotent && !row.idempotencyKey);
    expect(once.map(([id]) => id)).toEqual([]);
  });

  it('may be the caller’s own', async () => {
    const { client, sent } = scriptedClient([() => response(201, { ...apiKey, apiKey: 'kf_application_x' })]);
    await new ApiKeys(client).create(newKey, { idempotencyKey: 'order:7' });
    expect(sent[0]?.headers['idempotency-key']).toBe('order:7');
  });

  it('goes with calls that would have a second effect, and with no others', async () => {
    const { client, sent } = scriptedClient([ok]);
    const tenants = new Tenants(client);
    await tenants.create({ id: 'acme', root: { provider: 'static', keyId: 'root' } });
    await tenants.get('acme');
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);
    // @ts-expect-error creating by name can be repeated as it is
    expect(await rejection(tenants.get('acme', { idempotencyKey: 'order:7' }))).toMatchObject({
      code: 'option_invalid',
    });
  });

  it('replays the id of an API key and not its secret, which is an error that names the key', async () => {
    const { client, sent } = scriptedClient([down, () => response(201, { ...apiKey, apiKey: null })]);
    expect(await rejection(new ApiKeys(client).create(newKey))).toMatchObject({
      code: 'api_key_not_shown_again',
      apiKeyId: apiKey.id,
      attempts: 2,
      retryable: false,
      requestId: 'req-42',
    });
    expect(sent).toHaveLength(2);
  });
});

describe('what is tried once', () => {
  it.each([
    'api_key_invalid',
    'api_key_missing',
    'permission_denied',
    'invalid_request',
    'tenant_not_found',
    'tenant_conflict',
    'idempotency_conflict',
    'root_key_denied',
    'payload_too_large',
  ] as const)('a refusal that stays one: %s', async (code) => {
    const { client, sent } = scriptedClient([refusal(code)]);
    const error = await rejection(new Tenants(client).get('acme'));
    expect(error).toMatchObject({ code, attempts: 1, retryable: false, notRetried: undefined });
    expect(sent).toHaveLength(1);
  });

  it('a mistake in the arguments, which is never sent', async () => {
    const { client, sent } = scriptedClient([ok]);
    expect(await rejection(new Tenants(client).get('No Tenant'))).toMatchObject({
      code: 'identifier_invalid',
    });
    expect(sent).toHaveLength(0);
  });
});

describe('the options of one call', () => {
  it('take the place of the client’s, upwards and downwards', async () => {
    const { client, sent } = scriptedClient([down]);
    const tenants = new Tenants(client);
    expect(await rejection(tenants.get('acme', { maxAttempts: 2 }))).toMatchObject({ attempts: 2 });
    expect(await rejection(tenants.get('acme', { maxAttempts: 6 }))).toMatchObject({ attempts: 6 });
    expect(sent).toHaveLength(8);
  });

  it('set its deadline', async () => {
    for (const timeoutMs of [1_000, 60_000]) {
      const time = new FakeTime();
      const { client } = scriptedClient([silent], { time });
      const failed = rejection(new Tenants(client).get('acme', { timeoutMs }));
      await settle();
      time.advance(timeoutMs - 1);
      expect(await Promise.race([failed, settle()])).toBeUndefined();
      time.advance(1);
      expect(await failed).toMatchObject({ code: 'timeout', attempts: 1 });
      expect(time.pending).toBe(0);
    }
  });

  it.each([
    { timeoutMs: 0 },
    { timeoutMs: 3_600_001 },
    { timeoutMs: Number.NaN },
    { maxAttempts: 0 },
    { maxAttempts: 11 },
    { maxAttempts: 1.5 },
    { signal: {} },
    { idempotencyKey: '' },
    { idempotencyKey: 'a b' },
    { idempotencyKey: 'x'.repeat(129) },
  ])('are refused before anything is sent: %j', async (options) => {
    const { client, sent } = scriptedClient([ok]);
    const create = new ApiKeys(client).create(newKey, options as { idempotencyKey: string });
    expect(await rejection(create)).toMatchObject({ code: 'option_invalid', layer: 'config' });
    expect(sent).toHaveLength(0);
  });

  it.each(['params', 'body', 'headers', 'path'])('are no way to change the %s', async (name) => {
    const { client, sent } = scriptedClient([ok]);
    const error = await rejection(new Tenants(client).get('acme', { [name]: { host: 'x' } } as object));
    expect(error).toMatchObject({ code: 'option_invalid', message: `There is no option ${name}.` });
    expect(sent).toHaveLength(0);
  });
});

describe('the last error of a call says why it is the last', () => {
  it('all attempts were used', async () => {
    const { client, time } = scriptedClient([down]);
    expect(await rejection(new Tenants(client).get('acme'))).toMatchObject({ notRetried: 'attempts_used' });
    expect(time.sleeps).toEqual([100, 200, 400]);
  });

  it('the retry budget was empty; it fills again with time', async () => {
    const retryBudget = { capacity: 4, refillPerSecond: 1 };
    const time = new FakeTime({ automatic: true });
    const { client, sent } = scriptedClient([down], { retryBudget, time, random: () => 0 });
    const tenants = new Tenants(client);
    expect(await rejection(tenants.get('acme'))).toMatchObject({ notRetried: 'attempts_used' });
    const empty = await rejection(tenants.get('acme'));
    expect(empty).toMatchObject({ code: 'connection_failed', attempts: 2, notRetried: 'budget_empty' });
    expect(JSON.parse(JSON.stringify(empty))).toMatchObject({ notRetried: 'budget_empty' });
    expect(await rejection(tenants.get('acme'))).toMatchObject({ attempts: 1, notRetried: 'budget_empty' });
    expect(sent).toHaveLength(7);
    time.advance(2_000);
    expect(await rejection(tenants.get('acme'))).toMatchObject({ attempts: 3, notRetried: 'budget_empty' });
  });

  it('the wait would have outlasted the deadline, also one that the service asks for', async () => {
    const { client, time } = scriptedClient([refusal('root_key_throttled', { 'retry-after': '3600' })]);
    const error = await rejection(new Tenants(client).get('acme', { timeoutMs: 5_000 }));
    expect(error).toMatchObject({ code: 'root_key_throttled', attempts: 1, notRetried: 'deadline_near' });
    expect(time.sleeps).toEqual([]);
  });

  it('and nothing where it could not have been tried again', async () => {
    const { client } = scriptedClient([plain(404)]);
    const error = await rejection(new Tenants(client).get('acme'));
    expect(error).toMatchObject({ code: 'unrecognised_answer', notRetried: undefined });
    expect(JSON.stringify(error)).not.toContain('notRetried');
  });
});

describe('a wait that the service asks for', () => {
  it('is kept, and cut to ten seconds', async () => {
    const { client, time } = scriptedClient([
      refusal('root_key_throttled', { 'retry-after': '2' }),
      refusal('root_key_throttled', { 'retry-after': '3600' }),
      ok,
    ]);
    await new Tenants(client).get('acme');
    expect(time.sleeps).toEqual([2_000, 10_000]);
  });
});
