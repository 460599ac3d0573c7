import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CryptoBackend,
  fernetCodec,
  jsonPayloadCodec,
  type LegacyEncoding,
  type LegacyFormatName,
  type LegacyStored,
  type SaltedFernetLayout,
  SecretBytes,
  saltedFernetCodec,
} from '../src/index.ts';
import { codeOf, singleBitFlips } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { hex } from './fixtures.ts';
import { type BoundCodec, boundCodecs, withQuickPbkdf2 } from './legacy-fixtures.ts';
import { parserRuns } from './property-runs.ts';

const utf8 = new TextEncoder();
const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What a change may be called: by structure, by authentication, or by what the format names outside of both. */
const refusals: Readonly<Record<LegacyFormatName, readonly string[]>> = {
  'iv-prefixed': [],
  fernet: [],
  'salted-fernet': [],
  'json-payload': ['legacy_key_unknown'],
  'envelope-record': ['legacy_algorithm_unknown', 'key_unwrap_failed'],
};
const formats = Object.keys(refusals) as LegacyFormatName[];
const always = ['legacy_format_mismatch', 'integrity_check_failed'];

interface Sample {
  readonly codec: BoundCodec;
  readonly stored: string;
  readonly allowed: readonly string[];
}

/** A codec, and something that it opens; PBKDF2 is made quick, because there are thousands of changes. */
async function sampleOf(backend: CryptoBackend, format: LegacyFormatName): Promise<Sample> {
  const quick = withQuickPbkdf2(backend);
  const allowed = [...always, ...refusals[format]];
  if (format !== 'salted-fernet') return { ...boundCodecs(quick)[format], allowed };
  const salted = saltedFernetCodec(quick, { layout: 'parts', separator: ':' });
  const master = SecretBytes.random(32);
  const stored = await salted.encrypt(utf8.encode('secret'), master);
  if (typeof stored !== 'string') throw new Error('The layout gives text.');
  return { stored, allowed, codec: { ...salted, decrypt: (other) => salted.decrypt(other, master) } };
}

describe.each(backends)('what %s is asked to import', (_, backend) => {
  it.each(formats)('%s: every change of one bit is refused by name', async (format) => {
    const { codec, stored, allowed } = await sampleOf(backend, format);
    expect(await codeOf(() => codec.decrypt(stored))).toBe('did not throw');
    for (const { at, flipped } of singleBitFlips(utf8.encode(stored))) {
      const code = await codeOf(() => codec.decrypt(fromUtf8(flipped)));
      expect(allowed, `byte ${at}`).toContain(code);
    }
  });

  it.each(formats)('%s: every truncation and extension is refused by name', async (format) => {
    const { codec, stored, allowed } = await sampleOf(backend, format);
    for (let length = 0; length < stored.length; length++) {
      expect(allowed, `${length} characters`).toContain(
        await codeOf(() => codec.decrypt(stored.slice(0, length))),
      );
    }
    for (const more of ['A', '=', '==', '}', 'AAAA', 'A'.repeat(64), '\0', 'é', stored]) {
      expect(allowed, JSON.stringify(more)).toContain(await codeOf(() => codec.decrypt(stored + more)));
      expect(allowed, JSON.stringify(more)).toContain(await codeOf(() => codec.decrypt(more + stored)));
    }
  });

  it.each(formats)('%s: arbitrary input is refused by name', async (format) => {
    const { codec, stored, allowed } = await sampleOf(backend, format);
    const input = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.base64String(),
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      fc
        .tuple(fc.nat(stored.length), fc.nat(20), fc.string({ maxLength: 20 }))
        .map(([at, left, put]) => stored.slice(0, at) + put + stored.slice(at + left))
        .filter((text) => text.trim() !== stored),
    );
    await fc.assert(
      fc.asyncProperty(input, async (text) => {
        // JSON may have white space between its tokens; that changes no value.
        const code = await codeOf(() => codec.decrypt(text));
        if (code !== 'did not throw') expect(allowed).toContain(code);
        else expect(JSON.parse(String(text))).toEqual(JSON.parse(stored));
        expect(codec.detect(text)).toBe((await codeOf(() => codec.parse(text))) !== 'legacy_format_mismatch');
      }),
      { numRuns: parserRuns },
    );
  });
});

const plaintext = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc.constantFrom(0, 15, 16, 17, 4095, 4096, 70_000).map((byteLength) => new Uint8Array(byteLength).fill(7)),
);

describe.each(backends)('what %s writes for other systems', (_, backend) => {
  const expectBack = async (
    codec: { decrypt(stored: LegacyStored): PromiseLike<{ bytes: Uint8Array }> | { bytes: Uint8Array } },
    stored: LegacyStored,
    bytes: Uint8Array,
  ) => expect(hex((await codec.decrypt(stored)).bytes)).toBe(hex(bytes));

  it('comes back from Fernet', async () => {
    const codec = fernetCodec(backend);
    const key = SecretBytes.random(32);
    await fc.assert(
      fc.asyncProperty(plaintext, async (bytes) => {
        const stored = await codec.encrypt(bytes, key);
        await expectBack({ decrypt: (text) => codec.decrypt(text, key) }, stored, bytes);
      }),
    );
  });

  it('comes back from salted Fernet in every layout and encoding', async () => {
    const options = fc.record({
      layout: fc.constantFrom<SaltedFernetLayout>('whole', 'whole-of-text', 'parts', 'binary'),
      encoding: fc.constantFrom<LegacyEncoding>(
        'base64',
        'base64url',
        'base64url-padded',
        'hex',
        'hex-upper',
      ),
    });
    const key = SecretBytes.random(20);
    await fc.assert(
      fc.asyncProperty(plaintext, options, async (bytes, chosen) => {
        const codec = saltedFernetCodec(withQuickPbkdf2(backend), chosen);
        const stored = await codec.encrypt(bytes, key);
        await expectBack({ decrypt: (text) => codec.decrypt(text, key) }, stored, bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('comes back from JSON payloads of every key length, encoding and version', async () => {
    const options = fc.record({
      encoding: fc.constantFrom<LegacyEncoding>(
        'base64',
        'base64url',
        'base64url-padded',
        'hex',
        'hex-upper',
      ),
      keyByteLength: fc.constantFrom(16, 32),
      keyVersion: fc.oneof(fc.nat(), fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/)),
      aad: fc.uint8Array({ maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(plaintext, options, async (bytes, { encoding, keyByteLength, keyVersion, aad }) => {
        const codec = jsonPayloadCodec(backend, { encoding });
        const key = SecretBytes.random(keyByteLength);
        const keys = (version: number | string) => (version === keyVersion ? key : undefined);
        const stored = await codec.encrypt(bytes, { keys, keyVersion }, { aad });
        await expectBack({ decrypt: (text) => codec.decrypt(text, keys, { aad }) }, stored, bytes);
        if (aad.length > 0) {
          expect(await codeOf(() => codec.decrypt(stored, keys))).toBe('integrity_check_failed');
        }
      }),
    );
  });
});
