import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { integerId, isKeyfoldError, Keyfold, type KeyfoldOptions, text } from '@keyfold/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';

const context = { card: '42' };
const plaintext = '4111 1111 1111 1111';

describe('the SDK against the emulator', () => {
  let emulator: Emulator;
  let keyfold: Keyfold;
  let kms: KMSClient;

  const client = (options: KeyfoldOptions = {}): Keyfold =>
    new Keyfold({
      apiKey: emulator.access.apiKey,
      baseUrl: emulator.httpsUrl,
      tls: { ca: emulator.ca },
      ...options,
    });
  const service = (from: Keyfold = keyfold) => from.tenant('demo').service('app');

  beforeAll(async () => {
    emulator = await createEmulator();
    keyfold = client();
    kms = new KMSClient({
      endpoint: emulator.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: '123456789012', secretAccessKey: 'any' },
    });
  });
  afterAll(async () => {
    kms.destroy();
    await keyfold.close();
    await emulator.close();
  });

  /** A tenant with a KMS key of its own. */
  async function makeTenant(id: string): Promise<string> {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const keyId = KeyMetadata?.Arn ?? '';
    await keyfold.tenants.create({ id, root: { provider: 'aws-kms', keyId } });
    await keyfold.tenant(id).services.create('app');
    return keyId;
  }

  it('opens what another client sealed', async () => {
    const token = await service().encrypt(plaintext, { context });
    const other = client();
    expect(await service(other).decrypt(token, { context })).toBe(plaintext);
    await other.close();
  });

  it('checks the pin that the emulator prints', async () => {
    const pinned = client({ tls: { ca: emulator.ca, pins: [emulator.pin, `sha256/${'A'.repeat(43)}=`] } });
    const token = await service(pinned).encrypt(plaintext, { context });
    expect(await service(pinned).decrypt(token, { context })).toBe(plaintext);
    await pinned.close();
  });

  describe('names what is wrong and what to do about it', () => {
    /** Everything an error shows, to look for what it must not. */
    const shown = (error: unknown): string => `${inspect(error, { depth: 9 })}${JSON.stringify(error)}`;

    async function failure(
      attempt: () => Promise<unknown>,
    ): Promise<{ code: string; hint: string; layer: string }> {
      const error: unknown = await attempt().then(
        () => 'it succeeded',
        (reason: unknown) => reason,
      );
      if (!isKeyfoldError(error)) throw new Error(`Not an error of Keyfold's: ${inspect(error)}`);
      expect(error.hint.length).toBeGreaterThan(20);
      expect(shown(error)).not.toContain(plaintext);
      expect(shown(error)).not.toContain(emulator.access.apiKey);
      return error;
    }

    it('a missing API key, when the client is made', async () => {
      expect(await failure(async () => client({ apiKey: '' }))).toMatchObject({
        code: 'api_key_not_configured',
      });
    });

    it('a wrong API key', async () => {
      const stranger = client({ apiKey: emulator.access.apiKey.replace(/.{4}$/, 'AAAA') });
      const error = await failure(() => service(stranger).encrypt(plaintext, { context }));
      expect(error).toMatchObject({ code: 'api_key_invalid', layer: 'auth', status: 401 });
      await stranger.close();
    });

    it('a server that is not there', async () => {
      const placeholder = createServer().listen(0, '127.0.0.1');
      await once(placeholder, 'listening');
      const address = placeholder.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      placeholder.close();
      await once(placeholder, 'close');
      const lost = client({ baseUrl: `https://127.0.0.1:${port}`, timeoutMs: 1_000 });
      const error = await failure(() => service(lost).encrypt(plaintext, { context }));
      expect(error).toMatchObject({ code: 'connection_failed', layer: 'transport' });
      await lost.close();
    });

    it('a certificate that nobody it trusts has signed', async () => {
      const wary = new Keyfold({ apiKey: emulator.access.apiKey, baseUrl: emulator.httpsUrl });
      const error = await failure(() => service(wary).encrypt(plaintext, { context }));
      expect(error).toMatchObject({ code: 'certificate_issuer_unknown', layer: 'tls', attempts: 1 });
      await wary.close();
    });

    it('an unknown tenant, an unknown service', async () => {
      const noTenant = await failure(() =>
        keyfold.tenant('nobody').service('app').encrypt(plaintext, { context }),
      );
      expect(noTenant).toMatchObject({ code: 'tenant_not_found', status: 404 });
      const noService = await failure(() =>
        keyfold.tenant('demo').service('none').encrypt(plaintext, { context }),
      );
      expect(noService).toMatchObject({ code: 'service_not_found', status: 404 });
    });

    it('another context', async () => {
      const token = await service().encrypt(plaintext, { context });
      expect(await failure(() => service().decrypt(token, { context: { card: '43' } }))).toMatchObject({
        code: 'integrity_check_failed',
        layer: 'integrity',
      });
    });

    it('a ciphertext that was changed, cut, or is none', async () => {
      const token = await service().encrypt(plaintext, { context });
      const open = (sealed: string) => failure(() => service().decrypt(sealed, { context }));
      const changed = `${token.slice(0, -8)}${token.at(-8) === 'A' ? 'B' : 'A'}${token.slice(-7)}`;
      expect(await open(changed)).toMatchObject({ code: 'integrity_check_failed' });
      expect(await open(token.slice(0, 120))).toMatchObject({ code: 'truncated_ciphertext' });
      expect(await open(plaintext)).toMatchObject({ code: 'not_keyfold_ciphertext', layer: 'format' });
      expect(await open(`${token}=`)).toMatchObject({ code: 'non_canonical_encoding' });
    });

    it('a root key that is disabled; and it works again once it is enabled', async () => {
      const KeyId = await makeTenant('switched');
      await kms.send(new DisableKeyCommand({ KeyId }));
      // A second emulator would be refused at once; here the service's own lease is what is left.
      const fresh = await failure(() =>
        keyfold.tenants.create({ id: 'late', root: { provider: 'aws-kms', keyId: KeyId } }),
      );
      expect(fresh).toMatchObject({ code: 'root_key_denied', layer: 'key', status: 423 });
      await kms.send(new EnableKeyCommand({ KeyId }));
      await keyfold.tenants.create({ id: 'late', root: { provider: 'aws-kms', keyId: KeyId } });
    });

    it('a root key that does not exist, of a provider that is not there, or that is no key', async () => {
      const create = (provider: string, keyId: string) =>
        failure(() => keyfold.tenants.create({ id: 'unmade', root: { provider, keyId } }));
      const arn = 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000';
      expect(await create('aws-kms', arn)).toMatchObject({ code: 'root_key_denied' });
      expect(await create('vault', 'transit/key')).toMatchObject({ code: 'root_provider_unknown' });
      expect(await create('aws-kms', 'http://169.254.169.254/latest')).toMatchObject({
        code: 'root_key_invalid',
      });
    });
  });

  describe('a ciphertext that was moved', () => {
    const schema = { id: integerId('id'), fields: { a: text(), b: text() } };
    const codeOf = (attempt: Promise<unknown>): Promise<unknown> =>
      attempt.then(
        () => 'opened',
        (error: { code?: unknown }) => error.code,
      );

    it('does not open in another row, column or table', async () => {
      const table = service().table('t', schema);
      const one = await table.encrypt({ id: 1, a: 'a1', b: 'b1' });
      const two = await table.encrypt({ id: 2, a: 'a2', b: 'b2' });
      expect(await codeOf(table.decrypt(one))).toBe('opened');
      expect(await codeOf(table.decrypt({ ...two, a: one.a }))).toBe('integrity_check_failed');
      expect(await codeOf(table.decrypt({ ...one, id: 2 }))).toBe('integrity_check_failed');
      expect(await codeOf(table.decrypt({ ...one, a: one.b, b: one.a }))).toBe('integrity_check_failed');
      expect(await codeOf(service().table('u', schema).decrypt(one))).toBe('integrity_check_failed');
    });

    it('does not open in another service or tenant, whatever is cached', async () => {
      await makeTenant('other');
      await keyfold.tenant('demo').services.create('second');
      const row = await service().table('t', schema).encrypt({ id: 1, a: 'a', b: 'b' });
      const token = await service().encrypt(plaintext, { context });
      for (const place of [
        keyfold.tenant('demo').service('second'),
        keyfold.tenant('other').service('app'),
      ]) {
        expect(await codeOf(place.decrypt(token, { context }))).toBe('key_reference_not_found');
        expect(await codeOf(place.table('t', schema).decrypt(row))).toBe('key_reference_not_found');
      }
      expect(await service().decrypt(token, { context })).toBe(plaintext);
    });

    it('opens after its service key was rotated, and after it was rewrapped', async () => {
      const token = await service().encrypt(plaintext, { context });
      await keyfold.tenant('demo').services.rotate('app');
      const fresh = client();
      expect(await service(fresh).decrypt(token, { context })).toBe(plaintext);
      const rewrapped = await service(fresh).rewrap(token);
      expect(rewrapped).not.toBe(token);
      expect(await service(fresh).decrypt(rewrapped, { context })).toBe(plaintext);
      await fresh.close();
    });
  });
});
