import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  KMSClient,
  ListKeysCommand,
  paginateListKeys,
} from '@aws-sdk/client-kms';
import { Keyfold } from '@keyfold/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmulatorProcess, startEmulatorProcess } from './emulator-process.ts';

/** Something that the emulator acknowledged, and that has to open after every restart. */
interface Acknowledged {
  readonly keyArn: string;
  readonly blob: Uint8Array;
  readonly plaintext: string;
  readonly sealed: { readonly tenant: string; readonly token: string } | undefined;
}

/** A long run asks for more, such as 200. */
const rounds = Number(process.env['KEYFOLD_KILL_ROUNDS'] ?? 20);
/** For what hangs: a round takes a few seconds. */
const roundLimitMs = 30_000;

const kmsClient = (emulator: EmulatorProcess): KMSClient =>
  new KMSClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'any' },
    maxAttempts: 1,
  });

const sdkClient = (emulator: EmulatorProcess): Keyfold =>
  new Keyfold({
    apiKey: emulator.apiKey,
    baseUrl: emulator.httpsUrl,
    tls: { ca: readFileSync(emulator.caFile, 'utf8') },
    timeoutMs: 2_000,
  });

/** Makes keys, tenants and services and uses them, one after the other, until the emulator is gone. */
async function load(
  emulator: EmulatorProcess,
  name: string,
  acknowledge: (what: Acknowledged) => void,
): Promise<void> {
  const kms = kmsClient(emulator);
  const keyfold = sdkClient(emulator);
  try {
    for (let turn = 0; ; turn++) {
      const plaintext = `${name} ${turn}`;
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: plaintext }));
      const keyArn = KeyMetadata?.Arn ?? '';
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from(plaintext) }),
      );
      const entry = { keyArn, blob: CiphertextBlob ?? new Uint8Array(), plaintext };
      acknowledge({ ...entry, sealed: undefined });
      const tenant = `${name}-${turn}`;
      await keyfold.tenants.create({ id: tenant, root: { provider: 'aws-kms', keyId: keyArn } });
      await keyfold.tenant(tenant).services.create('app');
      const token = await keyfold.tenant(tenant).service('app').encrypt(plaintext, { context: { name } });
      acknowledge({ ...entry, sealed: { tenant, token } });
    }
  } catch {
    // The emulator was killed: what was acknowledged until then is what counts.
  } finally {
    kms.destroy();
    await keyfold.close();
  }
}

/** Expects that what was acknowledged opens. */
async function open(
  { keyArn, blob, plaintext, sealed }: Acknowledged,
  kms: KMSClient,
  keyfold: Keyfold,
): Promise<void> {
  const { Plaintext } = await kms.send(new DecryptCommand({ KeyId: keyArn, CiphertextBlob: blob }));
  expect(Buffer.from(Plaintext ?? []).toString()).toBe(plaintext);
  if (sealed === undefined) return;
  const service = keyfold.tenant(sealed.tenant).service('app');
  const context = { name: plaintext.split(' ')[0] ?? '' };
  expect(await service.decrypt(sealed.token, { context })).toBe(plaintext);
}

/** What all pages of a list of the SDK hold. */
async function everyPage<Item>(
  list: (query: {
    readonly cursor?: string;
  }) => Promise<{ readonly items: readonly Item[]; readonly next?: string }>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list(cursor === undefined ? {} : { cursor });
    found.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) return found;
  }
}

/** The keys that are listed and were not before. */
async function keysSince(kms: KMSClient, seen: Set<string>): Promise<readonly { readonly KeyArn: string }[]> {
  const found: { readonly KeyArn: string }[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client: kms, pageSize: 1_000 }, {}))
    for (const { KeyArn = '' } of Keys) {
      if (seen.has(KeyArn)) continue;
      seen.add(KeyArn);
      found.push({ KeyArn });
    }
  return found;
}

describe('kill -9 under load', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-kill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it(
    `loses no key that was acknowledged, ${rounds} times at random moments`,
    async () => {
      const acknowledged: Acknowledged[] = [];
      const seen = new Set<string>();
      const usedTenants = new Set<string>();
      for (let round = 1; round <= rounds; round++) {
        const before = acknowledged.length;
        const emulator = await startEmulatorProcess(folder);
        // Killed after so many acknowledgements, at whatever the other loads are in the middle of then.
        const killAt = acknowledged.length + 1 + Math.floor(Math.random() * 25);
        let killed: Promise<unknown> | undefined;
        const acknowledge = (what: Acknowledged): void => {
          acknowledged.push(what);
          if (acknowledged.length >= killAt) killed ??= emulator.kill('SIGKILL');
        };
        await Promise.all(
          ['a', 'b', 'c', 'd'].map((name) => load(emulator, `r${round}${name}`, acknowledge)),
        );
        await killed;

        const survivor = await startEmulatorProcess(folder);
        const kms = kmsClient(survivor);
        const keyfold = sdkClient(survivor);
        // What came before this round was looked at in its own; in the end, all of it once more.
        const isLast = round === rounds;
        for (const what of isLast ? acknowledged : acknowledged.slice(before)) await open(what, kms, keyfold);
        // What was not acknowledged is there or not, but never by half: every key that can be seen can be used.
        for (const { KeyArn } of await keysSince(kms, seen)) {
          const Plaintext = Buffer.from('whole');
          const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: KeyArn, Plaintext }));
          const opened = await kms.send(new DecryptCommand({ KeyId: KeyArn, CiphertextBlob }));
          expect(Buffer.from(opened.Plaintext ?? []).toString(), KeyArn).toBe('whole');
        }
        for (const { id } of await everyPage((query) => keyfold.tenants.list(query))) {
          if (usedTenants.has(id)) continue;
          usedTenants.add(id);
          const tenant = keyfold.tenant(id);
          for (const service of await everyPage((query) => tenant.services.list(query)))
            await tenant.service(service.id).encrypt('whole', { context: { a: 'b' } });
        }
        kms.destroy();
        await keyfold.close();
        expect(await survivor.kill('SIGTERM')).toBe(0);
      }
      expect(acknowledged.length).toBeGreaterThan(rounds);
      expect(seen.size).toBeGreaterThan(rounds);
      expect(usedTenants.size).toBeGreaterThan(1);
    },
    rounds * roundLimitMs,
  );

  it('leaves the one state or the other, whole, when it comes while state is put back', async () => {
    const outcomes: number[] = [];
    for (let round = 1; round <= 6; round++) {
      const state = join(folder, `round-${round}`);
      const emulator = await startEmulatorProcess(state);
      const control = (method: string, path: string, body?: string): Promise<Response> =>
        fetch(`${emulator.url}/_emulator${path}`, {
          method,
          ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
        });
      const kms = kmsClient(emulator);
      const exported = await (await control('GET', '/state')).text();
      for (let at = 0; at < 20; at++) await kms.send(new CreateKeyCommand({ Description: `${at}` }));
      const snapshot = (await (await control('POST', '/snapshots')).json()) as { id: string };
      const changes = [
        () => control('POST', `/snapshots/${snapshot.id}/restore`),
        () => control('PUT', '/state', exported),
      ];
      // Killed in the middle of a change, or between two.
      const putBack = (async () => {
        for (let turn = 0; turn < 10_000; turn++) await changes[turn % 2]?.();
      })().catch(() => 'killed');
      await control('GET', '/health');
      setTimeout(() => void emulator.kill('SIGKILL'), 20 + Math.random() * 60);
      expect(await putBack).toBe('killed');
      kms.destroy();

      const survivor = await startEmulatorProcess(state);
      const after = kmsClient(survivor);
      const { Keys = [] } = await after.send(new ListKeysCommand({}));
      expect([1, 21]).toContain(Keys.length);
      outcomes.push(Keys.length);
      for (const { KeyId } of Keys)
        await after.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
      after.destroy();
      const keyfold = sdkClient(survivor);
      await keyfold
        .tenant('demo')
        .service('app')
        .encrypt('a', { context: { a: 'b' } });
      await keyfold.close();
      expect(await survivor.kill('SIGTERM')).toBe(0);
    }
    expect(outcomes).toHaveLength(6);
  }, 300_000);
});
