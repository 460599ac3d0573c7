import { describe, expect, it } from 'vitest';
import { hkdfSha256, hkdfSha384, hkdfSha512, type Primitives, SecretBytes } from '../src/index.ts';
import { newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';

const none = new Uint8Array(0);
const iv = new Uint8Array(16);

/** What each primitive gives that is bytes and no secret. */
const outputs: readonly (readonly [string, (primitives: Primitives, key: SecretBytes) => unknown])[] = [
  ['digest', (p) => p.digest('SHA-384', none)],
  ['hmac', (p, key) => p.hmac('SHA-512', key, none)],
  ['AES-GCM', async (p, key) => (await p.aesGcmKey(key)).seal(new Uint8Array(12), iv, none)],
  ['AES-CBC', (p, key) => p.aesCbcEncrypt(key, iv, none)],
  ['key wrap', (p, key) => p.aesKeyWrap(key, key)],
  ['padded key wrap', (p, key) => p.aesKeyWrapPadded(key, key)],
  ['public key', async (p, key) => (await p.ed25519SigningKey(key)).publicKey],
  ['signature', async (p, key) => (await p.ed25519SigningKey(key)).sign(none)],
];

function expectPlain(bytes: unknown): void {
  if (!(bytes instanceof Uint8Array)) throw new Error('These are no bytes.');
  expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  // In memory of its own: Node's pool would hold other callers' bytes as well.
  expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
}

describe.each(backends)(
  'what is computed comes as a plain Uint8Array in memory of its own, %s',
  (_name, backend) => {
    it.each(outputs)('%s', async (_what, call) => {
      using key = SecretBytes.random(32);
      expectPlain(await call(backend.primitives, key));
    });

    it('hashes, commitments and random bytes', async () => {
      using key = SecretBytes.random(32);
      const { header, sealer } = await newDataKey(backend);
      using fresh = await backend.createDataKey();
      expectPlain(await backend.sha256(none));
      expectPlain(await backend.hmacSha256(key, none));
      expectPlain(await backend.commitmentOf(key));
      expectPlain(fresh.commitment);
      expectPlain(backend.randomBytes(5));
      expectPlain(header.bytes);
      expectPlain(sealer.recordHeader());
    });

    it('and HKDF rejects what it refuses, and never throws at once', async () => {
      using key = SecretBytes.random(32);
      for (const hkdf of [hkdfSha256, hkdfSha384, hkdfSha512]) {
        const outcome = hkdf(backend, key, { info: none, byteLength: 0 });
        await expect(outcome).rejects.toMatchObject({ code: 'invalid_argument' });
        await expect(hkdf(undefined as never, key, { info: none, byteLength: 1 })).rejects.toMatchObject({
          code: 'invalid_argument',
        });
      }
    });
  },
);
