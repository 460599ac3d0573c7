import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type CryptoBackend,
  envelopeRecordCodec,
  fernetCodec,
  fernetKeyOf,
  type ImportedPlaintext,
  IntegrityCheckFailedError,
  ivPrefixedCodec,
  jsonPayloadCodec,
  type LegacyFormatName,
  type Plaintext,
  SecretBytes,
  saltedFernetCodec,
} from '../src/index.ts';
import { codeOf, failureOf, newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { bytesOf, fieldContext, hex, secretOf, valueContext } from './fixtures.ts';
import { boundCodecs, clockAt, published, ringOf, unwrapping } from './legacy-fixtures.ts';

const utf8 = new TextEncoder();
const formats: readonly LegacyFormatName[] = [
  'iv-prefixed',
  'fernet',
  'salted-fernet',
  'json-payload',
  'envelope-record',
];

/** The backend, and which primitives were called. */
function watched(backend: CryptoBackend): { readonly backend: CryptoBackend; readonly calls: string[] } {
  const calls: string[] = [];
  const { primitives } = backend;
  return {
    calls,
    backend: {
      ...backend,
      primitives: {
        ...primitives,
        hmac: (...parts) => {
          calls.push('hmac');
          return primitives.hmac(...parts);
        },
        aesCbcDecrypt: (...parts) => {
          calls.push('aesCbcDecrypt');
          return primitives.aesCbcDecrypt(...parts);
        },
      },
    },
  };
}

/** The stored text with another character in the place. */
const changed = (stored: string, at: number): string =>
  stored.slice(0, at) + (stored.charAt(at) === 'A' ? 'B' : 'A') + stored.slice(at + 1);

describe.each(backends)('legacy formats, %s', (_, backend) => {
  it.each(formats)('%s is never opened as a native value, field or text', async (format) => {
    const { stored } = boundCodecs(backend)[format];
    const { opener } = await newDataKey(backend);
    const bytes = utf8.encode(stored);
    const codes = [
      await codeOf(() => backend.decodeText(stored)),
      await codeOf(() => opener.openValue(bytes, valueContext)),
      await codeOf(() => opener.openField(bytes, fieldContext(), 7)),
    ];
    expect(codes).toEqual(Array(3).fill('not_keyfold_ciphertext'));
  });

  it.each(formats)('%s is read by the codec of its name only, and native text by none', async (format) => {
    const all = boundCodecs(backend);
    const { sealer } = await newDataKey(backend);
    const native = backend.encodeText(await sealer.sealValue('x', valueContext));
    const others = formats.filter((name) => name !== format).map((name) => all[name].stored);
    for (const stored of [...others, native]) {
      expect(['legacy_format_mismatch', 'integrity_check_failed']).toContain(
        await codeOf(() => all[format].codec.decrypt(stored)),
      );
    }
    expect(all[format].codec.name).toBe(format);
  });

  it.each(formats)('%s comes out marked as bound to no context, in memory of its own', async (format) => {
    const { codec, stored } = boundCodecs(backend)[format];
    const imported = await codec.decrypt(stored);
    expect(imported.boundContext).toBe(false);
    expect(imported.bytes.buffer.byteLength).toBe(imported.bytes.byteLength);
  });

  it.each(formats)('%s detects anything without throwing', (format) => {
    const { codec, stored } = boundCodecs(backend)[format];
    expect(codec.detect(stored)).toBe(true);
    const others: unknown[] = [
      '',
      'x',
      '\ud800',
      '{}',
      '[',
      new Uint8Array(0),
      new Uint8Array(100),
      null,
      7,
      {},
    ];
    for (const other of others) {
      // @ts-expect-error: what a caller without types may hand over
      expect(codec.detect(other)).toBe(false);
    }
  });
});

it('an imported plaintext is not taken for an opened one by the types', () => {
  expectTypeOf<ImportedPlaintext>().not.toExtend<Plaintext>();
  expectTypeOf<ImportedPlaintext['boundContext']>().toEqualTypeOf<false>();
});

describe.each(backends)('a Fernet token, %s', (_, backend) => {
  const key = SecretBytes.random(32);
  const plaintext = utf8.encode('hello');

  it('is decrypted only after its MAC was verified', async () => {
    const { backend: observed, calls } = watched(backend);
    const codec = fernetCodec(observed);
    const token = await fernetCodec(backend).encrypt(plaintext, key);
    expect(await codeOf(() => codec.decrypt(changed(token, 40), key))).toBe('integrity_check_failed');
    expect(await codeOf(() => codec.decrypt(token, SecretBytes.random(32)))).toBe('integrity_check_failed');
    expect(calls).toEqual(['hmac', 'hmac']);
    await codec.decrypt(token, key);
    expect(calls).toEqual(['hmac', 'hmac', 'hmac', 'aesCbcDecrypt']);
  });

  it('fails in one way, whether the MAC is wrong or the padding under a right MAC', async () => {
    const codec = fernetCodec(backend);
    const find = (name: string) => published.refused.find((refused) => refused.name === name)?.stored ?? '';
    const right = secretOf(published.fernet[0]?.key ?? '');
    const failures = await Promise.all(
      ['wrong padding under a right MAC', 'changed'].map((name) =>
        failureOf(() =>
          codec.decrypt(
            name === 'changed' ? changed(published.fernet[0]?.stored ?? '', 40) : find(name),
            right,
          ),
        ),
      ),
    );
    expect(failures[0]).toMatch(/^integrity_check_failed/);
    expect(failures[1]).toBe(failures[0]);
  });

  it('has no age for stored data, and a bounded one where a time to live is given', async () => {
    const token = await fernetCodec(backend, { clock: clockAt(1_000_000) }).encrypt(plaintext, key);
    const at = (seconds: number, ttlSeconds?: number) =>
      codeOf(() =>
        fernetCodec(backend, { clock: clockAt(seconds) }).decrypt(
          token,
          key,
          ttlSeconds === undefined ? {} : { ttlSeconds },
        ),
      );
    expect(await at(0)).toBe('did not throw');
    expect(await at(9_000_000)).toBe('did not throw');
    expect(await at(1_000_060, 60)).toBe('did not throw');
    expect(await at(1_000_061, 60)).toBe('legacy_token_outside_time');
    expect(await at(999_940, 60)).toBe('did not throw');
    expect(await at(999_939, 60)).toBe('legacy_token_outside_time');
    expect(await at(1_000_000, 0)).toBe('did not throw');
    for (const ttl of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await at(1_000_000, ttl)).toBe('invalid_argument');
    }
  });

  it('says nothing about its age to whoever cannot make one', async () => {
    const token = await fernetCodec(backend, { clock: clockAt(1_000_000) }).encrypt(plaintext, key);
    const late = fernetCodec(backend, { clock: clockAt(9_000_000) });
    expect(await codeOf(() => late.decrypt(changed(token, 60), key, { ttlSeconds: 1 }))).toBe(
      'integrity_check_failed',
    );
  });

  it.each([0, 16, 31, 33, 44])('has no key of %i bytes', async (byteLength) => {
    const codec = fernetCodec(backend);
    const wrong = SecretBytes.random(byteLength);
    expect(await codeOf(() => codec.encrypt(plaintext, wrong))).toBe('invalid_argument');
    expect(await codeOf(() => codec.decrypt(published.fernet[0]?.stored ?? '', wrong))).toBe(
      'invalid_argument',
    );
  });

  it('leaves its key to the owner', async () => {
    const codec = fernetCodec(backend);
    await codec.decrypt(await codec.encrypt(plaintext, key), key);
    expect(key.disposed).toBe(false);
  });
});

describe("a Fernet key's text", () => {
  it('gives every byte back', () => {
    for (let start = 0; start < 256; start += 32) {
      const bytes = Uint8Array.from({ length: 32 }, (_, i) => start + i);
      const text = `${Buffer.from(bytes).toString('base64url')}=`;
      expect(hex(fernetKeyOf(text).reveal())).toBe(hex(bytes));
    }
    for (const fill of [0xfb, 0xff]) {
      const bytes = new Uint8Array(32).fill(fill);
      expect(hex(fernetKeyOf(`${Buffer.from(bytes).toString('base64url')}=`).reveal())).toBe(hex(bytes));
    }
  });

  it('has one spelling', async () => {
    const good = published.fernet[0]?.keyText ?? '';
    expect(await codeOf(() => fernetKeyOf(good))).toBe('did not throw');
    const digits = /[A-Za-z0-9_-]/;
    for (let code = 0; code < 0x180; code++) {
      const character = String.fromCharCode(code);
      const text = character + good.slice(1);
      expect(await codeOf(() => fernetKeyOf(text)), JSON.stringify(character)).toBe(
        digits.test(character) ? 'did not throw' : 'invalid_argument',
      );
    }
    // The last digit holds four bits of the key; its other two are zero.
    const last = good.charAt(42);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let bits = 1; bits < 4; bits++) {
      const spelling = `${good.slice(0, 42)}${alphabet.charAt(alphabet.indexOf(last) + bits)}=`;
      expect(await codeOf(() => fernetKeyOf(spelling))).toBe('invalid_argument');
    }
    for (const text of [
      '',
      good.slice(0, 43),
      `${good}=`,
      ` ${good.slice(1)}`,
      `${good.slice(0, 42)}==`,
      `${good.slice(0, 43)}A`,
    ]) {
      expect(await codeOf(() => fernetKeyOf(text))).toBe('invalid_argument');
    }
  });
});

describe.each(backends)('a salted Fernet token, %s', (_, backend) => {
  it('has a salt of its own each time', async () => {
    const codec = saltedFernetCodec(backend, { layout: 'whole' });
    const master = SecretBytes.random(20);
    const stored = [
      await codec.encrypt(utf8.encode('x'), master),
      await codec.encrypt(utf8.encode('x'), master),
    ];
    expect(hex(codec.parse(stored[0] ?? '').salt)).not.toBe(hex(codec.parse(stored[1] ?? '').salt));
    expect(master.disposed).toBe(false);
  });

  it('opens with the iterations that it was written with only', async () => {
    const vector = published.saltedFernet[0];
    if (!vector) throw new Error('No vector.');
    const codec = saltedFernetCodec(backend, { ...vector, iterations: vector.iterations + 1 });
    expect(await codeOf(() => codec.decrypt(vector.stored, secretOf(vector.masterKey)))).toBe(
      'integrity_check_failed',
    );
  });

  it('is read in no other layout', async () => {
    for (const vector of published.saltedFernet) {
      for (const { layout, encoding, separator = '' } of published.saltedFernet) {
        if (layout === vector.layout) continue; // one text can be in several encodings
        const codec = saltedFernetCodec(backend, { layout, encoding, separator });
        expect(await codeOf(() => codec.parse(vector.stored)), `${vector.layout} as ${layout}`).toBe(
          'legacy_format_mismatch',
        );
      }
    }
  });

  it('has its separator, and no byte order mark', async () => {
    const colon = published.saltedFernet.find(({ separator }) => separator === ':');
    const binary = published.saltedFernet.find(({ layout }) => layout === 'binary');
    if (!colon || !binary) throw new Error('No vector.');
    for (const separator of ['', ';', '::']) {
      const codec = saltedFernetCodec(backend, { ...colon, separator });
      expect(await codeOf(() => codec.parse(colon.stored))).toBe('legacy_format_mismatch');
    }
    const marked = bytesOf(`${binary.stored.slice(0, 32)}efbbbf${binary.stored.slice(32)}`);
    expect(await codeOf(() => saltedFernetCodec(backend, binary).parse(marked))).toBe(
      'legacy_format_mismatch',
    );
  });

  it.each([0, 4097])('has no master key of %i bytes', async (byteLength) => {
    const codec = saltedFernetCodec(backend, { layout: 'whole' });
    expect(await codeOf(() => codec.encrypt(utf8.encode('x'), SecretBytes.random(byteLength)))).toBe(
      'invalid_argument',
    );
  });
});

describe('codecs', () => {
  const [[, backend]] = [
    backends[0] ??
      (() => {
        throw new Error('No backend.');
      })(),
  ];

  it.each([99_999, 10_000_001, 100_000.5, Number.NaN])('take no %d iterations', async (iterations) => {
    expect(await codeOf(() => saltedFernetCodec(backend, { layout: 'whole', iterations }))).toBe(
      'invalid_argument',
    );
  });

  it('take no separator where there is none, and none that is long', async () => {
    expect(await codeOf(() => saltedFernetCodec(backend, { layout: 'whole', separator: ':' }))).toBe(
      'invalid_argument',
    );
    expect(
      await codeOf(() => saltedFernetCodec(backend, { layout: 'parts', separator: '-'.repeat(9) })),
    ).toBe('invalid_argument');
  });

  it('take no name that is not in their tables', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'BASE64']) {
      // @ts-expect-error: not a name of the table
      expect(await codeOf(() => ivPrefixedCodec(backend, { encoding: name }))).toBe('invalid_argument');
      // @ts-expect-error: not a name of the table
      expect(await codeOf(() => jsonPayloadCodec(backend, { encoding: name }))).toBe('invalid_argument');
      // @ts-expect-error: not a name of the table
      expect(await codeOf(() => saltedFernetCodec(backend, { layout: name }))).toBe('invalid_argument');
      // @ts-expect-error: not a name of the table
      expect(await codeOf(() => envelopeRecordCodec(backend, { layout: [name, 'iv', 'tag'] }))).toBe(
        'invalid_argument',
      );
    }
  });

  it.each([
    { layout: [] },
    { layout: ['iv', 'ciphertext'] as const },
    { layout: ['iv', 'iv', 'tag'] as const },
    { algorithms: { 'AES-192-GCM': 24 } },
    { algorithms: { none: 0 } },
  ])('take no %o', async (options) => {
    expect(await codeOf(() => envelopeRecordCodec(backend, options))).toBe('invalid_argument');
  });

  it('do not follow a table that is changed afterwards', async () => {
    const algorithms: Record<string, number> = { 'AES-256-GCM': 32 };
    const codec = envelopeRecordCodec(backend, { algorithms });
    algorithms['XOR'] = 16;
    const stored = JSON.stringify({
      ...(JSON.parse(published.envelopeRecord[0]?.stored ?? '') as object),
      algorithm: 'XOR',
    });
    expect(await codeOf(() => codec.parse(stored))).toBe('legacy_algorithm_unknown');
  });
});

describe.each(backends)('keys of AES-GCM formats, %s', (_, backend) => {
  it.each([0, 15, 24, 31, 33])('have 16 or 32 bytes, not %i', async (byteLength) => {
    const codec = ivPrefixedCodec(backend);
    const key = SecretBytes.random(byteLength);
    expect(await codeOf(() => codec.decrypt(published.ivPrefixed[0]?.stored ?? '', key))).toBe(
      'invalid_argument',
    );
  });

  it('stay their owner’s, and what is derived from them is disposed of', async () => {
    const derived: SecretBytes[] = [];
    const { primitives } = backend;
    const observed: CryptoBackend = {
      ...backend,
      primitives: {
        ...primitives,
        hkdf: async (...parts) => {
          const key = await primitives.hkdf(...parts);
          derived.push(key);
          return key;
        },
      },
    };
    const vector = published.jsonPayload.find(({ derivation }) => derivation !== undefined);
    if (!vector) throw new Error('No vector.');
    const ring = secretOf(vector.key);
    const codec = jsonPayloadCodec(observed, { encoding: vector.encoding });
    // Without the derivation's salt, so that it fails: what was derived is disposed of all the same.
    const options = { derivation: { info: utf8.encode('x') } };
    expect(await codeOf(() => codec.decrypt(vector.stored, () => ring, options))).toBe(
      'integrity_check_failed',
    );
    expect(derived.map((key) => key.disposed)).toEqual([true]);
    expect(ring.disposed).toBe(false);
  });

  it('are asked for by the version that is stored, and not at all where the structure is wrong', async () => {
    const codec = jsonPayloadCodec(backend);
    const versions: unknown[] = [];
    const keys = (version: number | string) => {
      versions.push(version);
      return undefined;
    };
    const { stored, keyVersion } = published.jsonPayload[0] ?? { stored: '', keyVersion: 0 };
    expect(await codeOf(() => codec.decrypt(stored, keys))).toBe('legacy_key_unknown');
    expect(versions).toEqual([keyVersion]);
    expect(await codeOf(() => codec.decrypt(stored.replace('"tag"', '"Tag"'), keys))).toBe(
      'legacy_format_mismatch',
    );
    expect(versions).toHaveLength(1);
  });

  it('are not written with under a version that could not be read again', async () => {
    const codec = jsonPayloadCodec(backend);
    for (const keyVersion of [-1, 1.5, Number.NaN, 2 ** 53, '', 'a b', 'x'.repeat(65)]) {
      const write = { keys: () => SecretBytes.random(32), keyVersion };
      expect(await codeOf(() => codec.encrypt(utf8.encode('x'), write))).toBe('invalid_argument');
    }
    const none = { keys: () => undefined, keyVersion: 7 };
    expect(await codeOf(() => codec.encrypt(utf8.encode('x'), none))).toBe('legacy_key_unknown');
  });

  it('are written with a new IV each time', async () => {
    const codec = jsonPayloadCodec(backend);
    const key = SecretBytes.random(32);
    const ivs = new Set<string>();
    for (let i = 0; i < 100; i++) {
      ivs.add(hex(codec.parse(await codec.encrypt(utf8.encode('x'), { keys: () => key, keyVersion: 1 })).iv));
    }
    expect(ivs.size).toBe(100);
  });
});

describe.each(backends)('an envelope record, %s', (_, backend) => {
  const [vector] = published.envelopeRecord;
  if (!vector) throw new Error('No vector.');

  it('of an unknown algorithm or a wrong structure costs no call to the KMS', async () => {
    const codec = envelopeRecordCodec(backend);
    const record = JSON.parse(vector.stored) as Record<string, unknown>;
    let calls = 0;
    const unwrap = async () => {
      calls++;
      return SecretBytes.random(32);
    };
    for (const [change, code] of [
      [{ algorithm: 'AES-256-CBC' }, 'legacy_algorithm_unknown'],
      [{ algorithm: 'aes-256-gcm' }, 'legacy_algorithm_unknown'],
      [{ algorithm: '__proto__' }, 'legacy_algorithm_unknown'],
      [{ algorithm: null }, 'legacy_format_mismatch'],
      [{ ciphertext: 'AAAA' }, 'legacy_format_mismatch'],
      [{ kms: 'x' }, 'legacy_format_mismatch'],
    ] as const) {
      expect(await codeOf(() => codec.decrypt(JSON.stringify({ ...record, ...change }), unwrap))).toBe(code);
    }
    expect(calls).toBe(0);
  });

  it('disposes of the unwrapped key, also where it does not open', async () => {
    const codec = envelopeRecordCodec(backend);
    const keys = [secretOf(vector.key), SecretBytes.random(32), SecretBytes.random(16)];
    const codes = [];
    for (const key of keys) codes.push(await codeOf(() => codec.decrypt(vector.stored, () => key)));
    expect(codes).toEqual(['did not throw', 'integrity_check_failed', 'invalid_argument']);
    expect(keys.map((key) => key.disposed)).toEqual([true, true, true]);
  });

  it('hands on what the KMS says', async () => {
    const codec = envelopeRecordCodec(backend);
    const refusal = new Error('The KMS says no.');
    await expect(
      codec.decrypt(vector.stored, () => {
        throw refusal;
      }),
    ).rejects.toBe(refusal);
  });

  it('opens in its layout only', async () => {
    const codec = envelopeRecordCodec(backend, { layout: ['tag', 'iv', 'ciphertext'] });
    expect(await codeOf(() => codec.decrypt(vector.stored, unwrapping(vector)))).toBe(
      'integrity_check_failed',
    );
  });
});

describe.each(backends)('errors, %s', (_, backend) => {
  it('hold nothing of what is stored', async () => {
    const marker = 'c2VjcmV0LW1hcmtlcg';
    const all = boundCodecs(backend);
    for (const format of formats) {
      for (const stored of [
        marker,
        `{"iv":"${marker}"}`,
        `{"${marker}":1,"${marker}":2}`,
        `{"a":${marker}`,
      ]) {
        try {
          await all[format].codec.decrypt(stored);
        } catch (error) {
          expect(
            JSON.stringify([error, String(error), String(error instanceof Error && error.cause)]),
          ).not.toContain(marker);
        }
      }
    }
  });

  it('say the same for every change of a ciphertext', async () => {
    const codec = jsonPayloadCodec(backend);
    const vector = published.jsonPayload[0];
    if (!vector) throw new Error('No vector.');
    const payload = JSON.parse(vector.stored) as Record<string, string>;
    const messages = new Set<string>();
    for (const member of ['iv', 'ciphertext', 'tag']) {
      const stored = JSON.stringify({ ...payload, [member]: changed(payload[member] ?? '', 0) });
      await expect(codec.decrypt(stored, ringOf(vector))).rejects.toBeInstanceOf(IntegrityCheckFailedError);
      messages.add((await failureOf(() => codec.decrypt(stored, ringOf(vector)))) ?? '');
    }
    expect(messages.size).toBe(1);
  });
});
