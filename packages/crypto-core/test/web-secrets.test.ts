import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  declareBlindIndex,
  hashSecret,
  openBlindIndex,
  SecretBytes,
  splitKeyRoot,
  splitSecret,
} from '../src/index.ts';
import { derivationLabels } from '../src/labels.ts';
import { webBackend } from '../src/web/index.ts';
import { codeOf, newDataKey } from './backend-fixtures.ts';
import { fieldContext, hex, valueContext } from './fixtures.ts';

const { primitives } = webBackend;
const none = new Uint8Array();

afterEach(() => {
  vi.restoreAllMocks();
});

interface Import {
  readonly format: unknown;
  readonly extractable: unknown;
  readonly algorithm: unknown;
  /** The very bytes that were handed over, looked at later. */
  readonly bytes: Uint8Array;
}

/** What `use` imported as keys. */
async function importsOf(use: () => unknown): Promise<readonly Import[]> {
  const spy = vi.spyOn(globalThis.crypto.subtle, 'importKey');
  await use();
  return spy.mock.calls.map(([format, bytes, algorithm, extractable]: readonly unknown[]) => {
    if (!(bytes instanceof Uint8Array)) throw new Error('A key was imported from something else than bytes.');
    return {
      format,
      extractable,
      algorithm: typeof algorithm === 'string' ? algorithm : Object(algorithm).name,
      bytes,
    };
  });
}

describe('keys inside the Web backend', () => {
  const secret = SecretBytes.random(32);
  const other = SecretBytes.random(32);

  it.each<readonly [string, () => unknown]>([
    ['sealing and opening', () => newDataKey(webBackend)],
    ['wrapping', () => webBackend.wrappingKey(SecretBytes.random(32))],
    ['AES-GCM', () => primitives.aesGcmKey(secret)],
    ['AES-CBC', () => primitives.aesCbcEncrypt(secret, new Uint8Array(16), none)],
    ['HMAC', () => primitives.hmac('SHA-256', secret, none)],
    ['HKDF', () => primitives.hkdf('SHA-256', secret, { info: none, byteLength: 32 })],
    ['PBKDF2', () => primitives.pbkdf2('SHA-256', secret, { salt: none, iterations: 1, byteLength: 32 })],
    ['key wrap with padding', () => primitives.aesKeyWrapPadded(secret, other)],
    ['Ed25519', () => primitives.ed25519SigningKey(secret)],
  ])('cannot be exported again: %s', async (_, use) => {
    const imports = await importsOf(use);
    expect(imports.length).toBeGreaterThan(0);
    for (const { extractable } of imports) expect(extractable).toBe(false);
  });

  it('can be exported only where key wrap takes no other: the key that is wrapped itself', async () => {
    const imports = await importsOf(() => primitives.aesKeyWrap(secret, other));
    expect(imports.map(({ algorithm, extractable }) => [algorithm, extractable])).toEqual([
      ['AES-KW', false],
      ['HMAC', true],
    ]);
  });

  it('leave no copy of the bytes they were made from, and use none of the caller', async () => {
    const before = Uint8Array.from(secret.reveal());
    const imports = await importsOf(async () => {
      await newDataKey(webBackend);
      await webBackend.wrappingKey(secret.clone());
      await primitives.aesGcmKey(secret);
      await primitives.aesCbcEncrypt(secret, new Uint8Array(16), none);
      await primitives.hmac('SHA-256', secret, none);
      await primitives.hkdf('SHA-256', secret, { info: none, byteLength: 32 });
      await primitives.pbkdf2('SHA-256', secret, { salt: none, iterations: 1, byteLength: 32 });
      const wrapped = await primitives.aesKeyWrap(secret, other);
      await primitives.aesKeyUnwrap(secret, wrapped);
      const padded = await primitives.aesKeyWrapPadded(secret, other);
      await primitives.aesKeyUnwrapPadded(secret, padded);
      await primitives.ed25519SigningKey(secret);
    });
    // Public keys are imported too; of those the format tells, and X25519's base point.
    const secrets = imports.filter(
      ({ format, algorithm }) => format === 'pkcs8' || (algorithm !== 'Ed25519' && algorithm !== 'X25519'),
    );
    expect(secrets.length).toBeGreaterThan(15);
    for (const { bytes, algorithm } of secrets) {
      expect(
        bytes.every((byte) => byte === 0),
        String(algorithm),
      ).toBe(true);
      expect(bytes.buffer).not.toBe(secret.reveal().buffer);
    }
    expect(secret.reveal()).toEqual(before);
  });

  it('are never exported but to unwrap', async () => {
    const spy = vi.spyOn(globalThis.crypto.subtle, 'exportKey');
    await newDataKey(webBackend);
    await primitives.ed25519SigningKey(secret);
    expect(spy).not.toHaveBeenCalled();
    await primitives.aesKeyUnwrap(secret, await primitives.aesKeyWrap(secret, other));
    expect(spy.mock.calls.map(([format]) => format)).toEqual(['raw']);
  });
});

/** Methods of crypto.subtle that are handed data, which may be secret, and where among their arguments. */
const dataAt = { digest: 1, sign: 2, encrypt: 2 } as const;

describe('what the Web backend hashes and authenticates', () => {
  const phrase = 'correct horse battery staple';
  const hashed = new TextEncoder().encode(phrase);

  it.each<readonly [string, keyof typeof dataAt, () => unknown]>([
    ['what is hashed', 'digest', () => webBackend.sha256(hashed)],
    ['what is hashed by the primitives', 'digest', () => primitives.digest('SHA-512', hashed)],
    [
      'an API key that is stored',
      'digest',
      () => hashSecret(webBackend, 'kf_live_0123456789ABCDEFGHIJKLMNOP'),
    ],
    ['the seed of a signing key', 'digest', () => primitives.ed25519SigningKey(SecretBytes.random(32))],
    ['what is authenticated', 'sign', () => primitives.hmac('SHA-256', SecretBytes.random(32), hashed)],
    [
      'what is authenticated by the backend',
      'sign',
      () => webBackend.hmacSha256(SecretBytes.random(32), hashed),
    ],
    [
      'the halves of a split root key',
      'sign',
      () =>
        splitKeyRoot(webBackend, {
          keyingSecret: SecretBytes.random(32),
          saltSecret: SecretBytes.random(32),
          label: 'test',
        }),
    ],
    [
      'the values of shares',
      'digest',
      () => splitSecret(SecretBytes.random(32), { backend: webBackend, threshold: 2, count: 3 }),
    ],
    [
      'an indexed value',
      'sign',
      async () => {
        const declaration = declareBlindIndex({
          tenant: 'acme',
          scope: { kind: 'tenant' },
          table: 't',
          column: 'c',
          name: 'n',
          values: 'text',
          bits: 64,
        });
        const keys = [{ version: 1, key: SecretBytes.random(32) }];
        using index = openBlindIndex({ backend: webBackend, declaration, keys });
        await index.entriesToFind(phrase);
      },
    ],
  ])('leaves no copy: %s', async (_, method, use) => {
    const given: { readonly bytes: Uint8Array; readonly before: string }[] = [];
    const subtle: Readonly<Record<typeof method, (...args: never[]) => Promise<ArrayBuffer>>> =
      globalThis.crypto.subtle;
    const actual = subtle[method];
    vi.spyOn(subtle, method).mockImplementation((...args: never[]) => {
      const bytes: unknown = args[dataAt[method]];
      if (!(bytes instanceof Uint8Array)) throw new Error('Something else than bytes was handed over.');
      given.push({ bytes, before: hex(bytes) });
      return Reflect.apply(actual, globalThis.crypto.subtle, args);
    });
    await use();
    // What is derived from a label alone, and what signs nothing, is public.
    const secret = given.filter(({ before }) => before !== '' && !isPublicInput(before));
    expect(secret.length).toBeGreaterThan(0);
    for (const { bytes, before } of secret) {
      expect(
        bytes.every((byte) => byte === 0),
        before,
      ).toBe(true);
      expect(bytes.buffer).not.toBe(hashed.buffer);
    }
    expect(new TextDecoder().decode(hashed)).toBe(phrase);
  });

  it('leaves no copy of the seed when a key is made, whatever fails', async () => {
    const failure = new DOMException('no', 'OperationError');
    const digest = vi.spyOn(globalThis.crypto.subtle, 'deriveBits').mockRejectedValue(failure);
    const imports = await importsOf(async () => {
      await expect(primitives.ed25519SigningKey(SecretBytes.random(32))).rejects.toBe(failure);
    });
    expect(digest).toHaveBeenCalled();
    for (const { bytes, format } of imports) {
      if (format === 'pkcs8') expect(bytes.every((byte) => byte === 0)).toBe(true);
    }
  });
});

/** Whether these bytes are a label of the package, which is no secret. */
function isPublicInput(bytes: string): boolean {
  return Object.values(derivationLabels).some((label) => bytes.startsWith(hex(label)) && bytes.length < 100);
}

describe('plaintexts inside the Web backend', () => {
  it('are zeroised once sealed', async () => {
    const { sealer } = await newDataKey(webBackend);
    const gcm = await primitives.aesGcmKey(SecretBytes.random(32));
    const spy = vi.spyOn(globalThis.crypto.subtle, 'encrypt');
    await sealer.sealValue('4111 1111 1111 1111', valueContext);
    await sealer.sealField(Uint8Array.of(1, 2, 3), fieldContext(), 1);
    await gcm.seal(new Uint8Array(12), Uint8Array.of(1, 2, 3), none);
    await primitives.aesCbcEncrypt(SecretBytes.random(32), new Uint8Array(16), Uint8Array.of(1, 2, 3));
    expect(spy).toHaveBeenCalledTimes(4);
    for (const [, , plaintext] of spy.mock.calls) {
      if (!(plaintext instanceof Uint8Array)) throw new Error('Something else than bytes was encrypted.');
      expect(plaintext.every((byte) => byte === 0)).toBe(true);
    }
  });

  it('are zeroised once opened and read, but for bytes, which are the caller’s', async () => {
    const { sealer, opener } = await newDataKey(webBackend);
    const wrapping = await webBackend.wrappingKey(SecretBytes.random(32));
    const place = {
      purpose: 'tenant-key',
      tenant: 'a',
      scope: { kind: 'tenant' },
      version: 1,
      parentVersion: 1,
    } as const;
    const wrapped = await wrapping.wrap(SecretBytes.random(32), place);
    const text = await sealer.sealValue('4111 1111 1111 1111', valueContext);
    const bytes = await sealer.sealValue(Uint8Array.of(1, 2, 3), valueContext);
    const spy = vi.spyOn(globalThis.crypto.subtle, 'decrypt');
    await opener.openValue(text, valueContext);
    await wrapping.unwrap(wrapped, place);
    const opened = await opener.openValue(bytes, valueContext);
    const given = await Promise.all(spy.mock.results.map(({ value }) => value));
    expect(given.map((plaintext) => hex(new Uint8Array(plaintext)))).toEqual([
      '00'.repeat(20),
      '00'.repeat(32),
      '00010203',
    ]);
    expect(opened).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('leave what the caller passed as it was', async () => {
    const { sealer } = await newDataKey(webBackend);
    const bytes = Uint8Array.of(1, 2, 3);
    await sealer.sealValue(bytes, valueContext);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('a runtime without an algorithm', () => {
  it('is named by a typed error that keeps the cause', async () => {
    const cause = new DOMException('Unrecognized name', 'NotSupportedError');
    vi.spyOn(globalThis.crypto.subtle, 'importKey').mockRejectedValue(cause);
    const key = SecretBytes.random(32);
    await expect(primitives.ed25519SigningKey(key)).rejects.toMatchObject({
      code: 'unsupported_by_runtime',
      message: "This runtime's Web Crypto does not offer Ed25519.",
      cause,
    });
    const signature = new Uint8Array(64).fill(7);
    expect(await codeOf(() => primitives.ed25519Verify(new Uint8Array(32).fill(7), none, signature))).toBe(
      'unsupported_by_runtime',
    );
  });

  it('is named where there is no crypto.subtle at all, as on pages that came over HTTP', async () => {
    vi.spyOn(globalThis, 'crypto', 'get').mockReturnValue(Object.create(null));
    expect(await codeOf(() => webBackend.sha256(none))).toBe('unsupported_by_runtime');
  });

  it('leaves no data key behind that could not be made', async () => {
    const made = vi.spyOn(SecretBytes, 'random');
    vi.spyOn(globalThis.crypto.subtle, 'importKey').mockRejectedValue(new Error('broken'));
    await expect(async () => webBackend.createDataKey()).rejects.toThrow('broken');
    expect(made.mock.results.map(({ value }) => value.disposed)).toEqual([true]);
  });

  it('does not hide other failures behind a wrong tag', async () => {
    const { sealer, opener } = await newDataKey(webBackend);
    const value = await sealer.sealValue('x', valueContext);
    const failure = new DOMException('The key may not decrypt', 'InvalidAccessError');
    vi.spyOn(globalThis.crypto.subtle, 'decrypt').mockRejectedValue(failure);
    await expect(opener.openValue(value, valueContext)).rejects.toBe(failure);
  });
});
