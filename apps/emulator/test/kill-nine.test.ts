import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
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

const rounds = 5;

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

describe('kill -9 under load', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-kill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it(`loses no key that was acknowledged, ${rounds} times at random moments`, async () => {
    const acknowledged: Acknowledged[] = [];
    for (let round = 1; round <= rounds; round++) {
      const emulator = await startEmulatorProcess(folder);
      // Killed after so many acknowledgements, at whatever the other loads are in the middle of then.
      const killAt = acknowledged.length + 1 + Math.floor(Math.random() * 25);
      let killed: Promise<unknown> | undefined;
      const acknowledge = (what: Acknowledged): void => {
        acknowledged.push(what);
        if (acknowledged.length >= killAt) killed ??= emulator.kill('SIGKILL');
      };
      await Promise.all(['a', 'b', 'c', 'd'].map((name) => load(emulator, `r${round}${name}`, acknowledge)));
      await killed;

      const survivor = await startEmulatorProcess(folder);
      const kms = kmsClient(survivor);
      const keyfold = sdkClient(survivor);
      for (const { keyArn, blob, plaintext, sealed } of acknowledged) {
        const { Plaintext } = await kms.send(new DecryptCommand({ KeyId: keyArn, CiphertextBlob: blob }));
        expect(Buffer.from(Plaintext ?? []).toString()).toBe(plaintext);
        if (sealed === undefined) continue;
        const service = keyfold.tenant(sealed.tenant).service('app');
        const context = { name: plaintext.split(' ')[0] ?? '' };
        expect(await service.decrypt(sealed.token, { context })).toBe(plaintext);
      }
      kms.destroy();
      await keyfold.close();
      expect(await survivor.kill('SIGTERM')).toBe(0);
    }
    expect(acknowledged.length).toBeGreaterThan(rounds);
  }, 120_000);
});
