import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isKeyfoldError, Keyfold } from '@keyfold/sdk';
import { connectionFaults, FaultProxy } from '@keyfold/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';

// The service as it is, the SDK as it is, and a network between them that fails in every way there is: whatever the
// client learned of an answer, what it asked for was done once.

let emulator: Emulator;
let proxy: FaultProxy;
let keyfold: Keyfold;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

const portOf = (url: string): number => Number(new URL(url).port);
const client = (): Keyfold =>
  new Keyfold({
    apiKey: emulator.access.apiKey,
    baseUrl: proxy.origin,
    insecureLoopback: true,
    circuit: { failures: 1_000 },
    retryBudget: { capacity: 1_000 },
  });

async function start(stateFolder?: string): Promise<void> {
  emulator = await createEmulator(stateFolder === undefined ? {} : { stateFolder });
  proxy = await FaultProxy.start(portOf(emulator.url));
  keyfold = client();
}

async function stop(): Promise<void> {
  await keyfold.close();
  await proxy[Symbol.asyncDispose]();
  await emulator.close();
}

beforeAll(() => {
  process.on('unhandledRejection', onUnhandled);
  vi.spyOn(Math, 'random').mockReturnValue(0); // full jitter: clients made from now on do not wait between attempts
});
afterAll(() => {
  vi.restoreAllMocks();
  process.off('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  proxy.faults.length = 0;
  await setImmediate();
  expect(unhandled).toEqual([]);
});

const services = () => keyfold.tenant('demo').services;
const versionOf = async (service: string): Promise<number> => (await services().get(service)).activeVersion;

async function keysDescribed(description: string): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keyfold.apiKeys.list()) if (key.description === description) found.push(key.id);
  return found;
}

describe.each(connectionFaults)('over a connection that $title', ({ title, fault }) => {
  beforeAll(() => start());
  afterAll(stop);

  it('a rotation makes one version', async () => {
    const before = await versionOf('app');
    proxy.faults.push(fault, fault);
    const { activeVersion } = await services().rotate('app');
    expect(activeVersion).toBe(before + 1);
    expect(await versionOf('app')).toBe(before + 1);
  });

  it('an API key is made once, and if its secret was lost the error names it', async () => {
    proxy.faults.push(fault, fault);
    const outcome = await keyfold.apiKeys
      .create({ role: 'application', tenants: ['demo'], description: title })
      .catch((error: unknown) => error);
    const made = await keysDescribed(title);
    expect(made).toHaveLength(1);
    if (isKeyfoldError(outcome)) {
      expect(outcome).toMatchObject({ code: 'api_key_not_shown_again', apiKeyId: made[0] });
    } else expect(outcome).toMatchObject({ id: made[0] });
  });

  it('a service is made, a value is sealed and opened, an API key is revoked', async () => {
    const context = { card: '42' };
    proxy.faults.push(fault);
    expect(await services().create('billing')).toMatchObject({ id: 'billing', activeVersion: 1 });
    proxy.faults.push(fault);
    const token = await keyfold.tenant('demo').service('billing').encrypt('4111 1111 1111 1111', { context });
    await using other = client();
    proxy.faults.push(fault);
    const opened = await other.tenant('demo').service('billing').decrypt(token, { context });
    expect(opened).toBe('4111 1111 1111 1111');
    const { id } = await keyfold.apiKeys.create({ role: 'application', tenants: ['demo'] });
    proxy.faults.push(fault);
    await keyfold.apiKeys.revoke(id);
    expect(proxy.faults).toEqual([]);
  });
});

describe('a service that is restarted in the middle of a call', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-faults-'));
  beforeAll(() => start(folder));
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** It does what was asked and goes down before it has said so; the client learns of it when it is up again. */
  const restart = (): void => {
    proxy.faults.push(async (exchange) => {
      await exchange.answer();
      await emulator.close();
      emulator = await createEmulator({ stateFolder: folder });
      proxy.target = portOf(emulator.url);
      exchange.reset();
    });
  };

  it('makes one version of one rotation', async () => {
    const before = await versionOf('app');
    restart();
    expect(await services().rotate('app')).toMatchObject({ activeVersion: before + 1 });
    expect(await versionOf('app')).toBe(before + 1);
  });

  it('makes one API key, which is named by the error of the call that lost its secret', async () => {
    restart();
    const call = keyfold.apiKeys.create({ role: 'application', tenants: ['demo'], description: 'restarted' });
    const error: unknown = await call.catch((reason: unknown) => reason);
    const made = await keysDescribed('restarted');
    expect(made).toHaveLength(1);
    expect(error).toMatchObject({ code: 'api_key_not_shown_again', apiKeyId: made[0] });
  });

  it('opens what was sealed before', async () => {
    const token = await keyfold
      .tenant('demo')
      .service('app')
      .encrypt('kept', { context: { a: 'b' } });
    await using other = client();
    restart();
    const opened = await other
      .tenant('demo')
      .service('app')
      .decrypt(token, { context: { a: 'b' } });
    expect(opened).toBe('kept');
  });
});
