import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { operationIds } from '@keyfold/protocol';
import { integerId, isKeyfoldError, json, Keyfold, text } from '@keyfold/sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FaultRule } from '../src/index.ts';
import { createEmulator, type Emulator } from '../src/index.ts';
import { DataKeyTap } from './data-key-tap.ts';
import { PlantedSecrets } from './planted-secrets.ts';

const plaintext = 'CANARY-plaintext-0123456789';
const contextValue = 'CANARY-context-value-0123456789';
const wrongApiKey = `kf_admin_${Buffer.from('CANARY-wrong-api-key-of-32-byte!').toString('base64url')}`;
const tenant = 'canary-tenant';
const other = 'canary-service';

type Call = (keyfold: Keyfold) => unknown;

const keysOf = (keyfold: Keyfold) => keyfold.tenant(tenant).service(other);
const peopleOf = (keyfold: Keyfold) =>
  keysOf(keyfold).table('people', { id: integerId('id'), fields: { ssn: text(), notes: json() } });
const context = { owner: contextValue };
const row = { id: 7, ssn: plaintext, notes: { [plaintext]: plaintext } };

/** What goes wrong inside of the emulator while everything is called once more. */
const faults: readonly FaultRule['effect'][] = [
  'throttling',
  'internal-error',
  'dependency-timeout',
  'disabled-root',
  'connection-reset',
  { kind: 'connection-reset', when: 'after' },
  { kind: 'wrong-answer', what: 'flipped-bit' },
  { kind: 'wrong-answer', what: 'other-key' },
];

describe('what the SDK sends to the emulator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-canaries-'));
  const stateFolder = join(folder, 'state');
  const planted = new PlantedSecrets();
  let emulator: Emulator;
  let tap: DataKeyTap;
  let dataKeys = 0;

  const client = (apiKey = emulator.access.apiKey): Keyfold =>
    new Keyfold({
      apiKey,
      baseUrl: tap.url,
      insecureLoopback: true,
      maxAttempts: 2,
      retryBudget: { capacity: 10_000 },
      circuit: { failures: 10_000 },
    });

  /** Every operation that the SDK has, with something secret in all that has a place for it; then values that do not open. */
  async function callEverything(keyfold: Keyfold, sealed: string): Promise<unknown[]> {
    const calls: readonly Call[] = [
      ({ tenants }) => tenants.create({ id: tenant, root: { provider: 'static', keyId: plaintext } }),
      ({ tenants }) => tenants.get(tenant),
      ({ tenants }) => tenants.list({ limit: 1 }),
      ({ tenants }) => tenants.list({ cursor: plaintext }),
      (from) => from.tenant(tenant).services.create(other),
      (from) => from.tenant(tenant).services.get(other),
      (from) => from.tenant(tenant).services.list(),
      (from) => from.tenant(tenant).services.rotate(other),
      async ({ apiKeys }) => {
        const { id, apiKey } = await apiKeys.create({ role: 'application', tenants: [tenant] });
        planted.plant('secret of a new API key', apiKey.slice(-24));
        const stranger = client(apiKey);
        await keysOf(stranger).encrypt(plaintext, { context });
        await stranger.close();
        await apiKeys.revoke(id);
      },
      ({ apiKeys }) => apiKeys.list(),
      (from) => keysOf(from).encrypt(plaintext, { context }),
      (from) => keysOf(from).encryptMany([{ value: { [plaintext]: plaintext }, context }]),
      (from) => keysOf(from).decrypt(sealed, { context }),
      (from) => keysOf(from).rewrap(sealed),
      (from) => peopleOf(from).encrypt(row),
      (from) => keysOf(from).decrypt(sealed, { context: { owner: `${contextValue}2` } }),
      (from) => from.tenant('nobody').service(other).encrypt(plaintext, { context }),
    ];
    const errors: unknown[] = [];
    for (const call of calls) {
      await Promise.resolve(call(keyfold)).catch((error: unknown) => errors.push(error));
    }
    for (const dataKey of tap.dataKeys.splice(0)) {
      planted.plant('data key', dataKey);
      dataKeys++;
    }
    return errors;
  }

  /** What an object shows of itself. */
  const shown = (object: unknown): string =>
    `${inspect(object, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null })}${JSON.stringify(object)}`;

  /** The files of the state folder, as they are at this moment, their names included. */
  const filesOfState = (): readonly (readonly [name: string, content: Buffer])[] =>
    readdirSync(stateFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name))]);

  beforeAll(async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0); // full jitter: no wait between attempts
    emulator = await createEmulator({ stateFolder, keyPolicies: 'warn' });
    tap = await DataKeyTap.start(emulator.url);
    planted.plant('plaintext', plaintext);
    planted.plant('context value', contextValue);
    planted.plant('wrong API key', wrongApiKey.slice(-24));
    await using setup = client();
    const demo = await setup.tenants.get(emulator.access.tenant);
    await setup.tenants.create({ id: tenant, root: demo.root });
    await setup.tenant(tenant).services.create(other);
    const sealed = await keysOf(setup).encrypt(plaintext, { context });

    // Each round with clients that have no key yet.
    for (const effect of [undefined, ...faults]) {
      emulator.faults.clear();
      for (const service of ['encryption-api', 'kms'] as const) {
        if (effect !== undefined) emulator.faults.add({ service, effect });
        await using keyfold = client();
        const errors = await callEverything(keyfold, sealed);
        expect(errors.filter((error) => !isKeyfoldError(error))).toEqual([]);
      }
    }
    emulator.faults.clear();
    await using stranger = client(wrongApiKey);
    expect((await callEverything(stranger, sealed)).length).toBeGreaterThan(10);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await tap[Symbol.asyncDispose]();
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is in the journal, every operation that the SDK has, those that failed included', () => {
    const entries = emulator.journal.find({ service: 'encryption-api' });
    const withoutSdk = ['generateDataKeys']; // the SDK makes its data keys itself
    expect([...new Set(entries.map(({ operation }) => operation))].toSorted()).toEqual(
      operationIds.filter((id) => !withoutSdk.includes(id)).toSorted(),
    );
    for (const error of ['api_key_invalid', 'tenant_not_found', 'root_key_denied', 'internal_error']) {
      expect([error, emulator.journal.count({ error }) > 0]).toEqual([error, true]);
    }
    expect(shown(entries)).toContain(tenant);
  });

  it('would be found', () => {
    expect(dataKeys).toBeGreaterThan(20);
    const [file] = filesOfState().filter(([, content]) => content.includes(tenant));
    expect(file, 'the state is searched where the tenant is').toBeDefined();
    const secret = Buffer.from(plaintext);
    for (const text of [shown({ secret }), shown(plaintext), `x${secret.toString('base64')}`])
      expect(planted.in(text)).not.toEqual([]);
    expect(planted.in(Buffer.concat([Buffer.alloc(99, 1), secret, Buffer.alloc(99, 2)]))).not.toEqual([]);
  });

  it('leaves no secret in the journal', () => {
    const entries = shown(emulator.journal.find());
    expect(planted.in(entries)).toEqual([]);
    expect(entries).not.toContain(emulator.access.apiKey);
    expect(entries).not.toContain(emulator.access.apiKey.slice(-24));
  });

  it('leaves no secret in an exported state', async () => {
    expect(planted.in(JSON.stringify(await emulator.export()))).toEqual([]);
  });

  it('leaves no secret in the files of the state folder, while it runs and once it has ended', async () => {
    for (const [name, content] of filesOfState()) expect([name, planted.in(content)]).toEqual([name, []]);
    await emulator.close();
    const files = filesOfState();
    expect(files.length).toBeGreaterThan(1);
    for (const [name, content] of files) expect([name, planted.in(content)]).toEqual([name, []]);
  });
});
