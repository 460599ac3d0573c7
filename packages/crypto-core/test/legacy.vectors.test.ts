import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import {
  envelopeRecordCodec,
  fernetCodec,
  fernetKeyOf,
  ivPrefixedCodec,
  jsonPayloadCodec,
  type LegacyStored,
  saltedFernetCodec,
} from '../src/index.ts';
import { codeOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { countCases } from './count-cases.ts';
import { bytesOf, hex, secretOf } from './fixtures.ts';
import { boundCodecs, clockAt, published, ringOf, unwrapping, withRandom } from './legacy-fixtures.ts';

interface FernetCase {
  readonly token: string;
  readonly now: string;
  readonly secret: string;
}
type GenerateCase = FernetCase & { readonly iv: readonly number[]; readonly src: string };
type VerifyCase = FernetCase & { readonly ttl_sec: number; readonly src: string };
type InvalidCase = FernetCase & { readonly ttl_sec: number; readonly desc: string };

/** Under which name each of the specification's invalid tokens is refused. */
const invalidFernet: Readonly<Record<string, string>> = {
  'incorrect mac': 'integrity_check_failed',
  'too short': 'legacy_format_mismatch',
  'invalid base64': 'legacy_format_mismatch',
  'payload size not multiple of block size': 'legacy_format_mismatch',
  'payload padding error': 'integrity_check_failed',
  'far-future TS (unacceptable clock skew)': 'legacy_token_outside_time',
  'expired TTL': 'legacy_token_outside_time',
  'incorrect IV (causes padding error)': 'integrity_check_failed',
};

const secondsOf = (time: string): number => Date.parse(time) / 1000;
const optionalAad = (aad: string | undefined) => (aad === undefined ? {} : { aad: bytesOf(aad) });

describe.each(backends)('Fernet, %s', (name, backend) => {
  it('generates the tokens of the specification', async () => {
    const file = evidence.vectors('fernet/generate.json');
    if (!file.found) return evidence.missing(file.path);
    const cases = file.json() as readonly GenerateCase[];
    for (const { token, now, iv, src, secret } of cases) {
      const seeded = withRandom(backend, hex(Uint8Array.from(iv)));
      const codec = fernetCodec(seeded, { clock: clockAt(secondsOf(now)) });
      expect(await codec.encrypt(new TextEncoder().encode(src), fernetKeyOf(secret))).toBe(token);
    }
    evidence.report(`fernet/generate.json, ${name}`, cases.length);
    expect(cases).toHaveLength(1);
  });

  it('verifies the tokens of the specification', async () => {
    const file = evidence.vectors('fernet/verify.json');
    if (!file.found) return evidence.missing(file.path);
    const cases = file.json() as readonly VerifyCase[];
    for (const { token, now, ttl_sec: ttlSeconds, src, secret } of cases) {
      const codec = fernetCodec(backend, { clock: clockAt(secondsOf(now)) });
      const { bytes } = await codec.decrypt(token, fernetKeyOf(secret), { ttlSeconds });
      expect(new TextDecoder().decode(bytes)).toBe(src);
    }
    evidence.report(`fernet/verify.json, ${name}`, cases.length);
    expect(cases).toHaveLength(1);
  });

  it('refuses the invalid tokens of the specification, each by name', async () => {
    const file = evidence.vectors('fernet/invalid.json');
    if (!file.found) return evidence.missing(file.path);
    const cases = file.json() as readonly InvalidCase[];
    for (const { desc, token, now, ttl_sec: ttlSeconds, secret } of cases) {
      const codec = fernetCodec(backend, { clock: clockAt(secondsOf(now)) });
      const code = await codeOf(() => codec.decrypt(token, fernetKeyOf(secret), { ttlSeconds }));
      expect(code, desc).toBe(invalidFernet[desc]);
    }
    evidence.report(`fernet/invalid.json, ${name}`, cases.length);
    expect(cases).toHaveLength(Object.keys(invalidFernet).length);
  });
});

describe.each(backends)('the published legacy vectors, %s', (name, backend) => {
  countCases(`docs/formats/vectors/legacy.json on ${name}`);
  it.each(published.ivPrefixed)(
    'iv-prefixed in $encoding',
    async ({ encoding, key, aad, plaintext, stored }) => {
      const codec = ivPrefixedCodec(backend, { encoding });
      expect(codec.detect(stored)).toBe(true);
      const imported = await codec.decrypt(stored, secretOf(key), optionalAad(aad));
      expect(imported).toMatchObject({ boundContext: false });
      expect(hex(imported.bytes)).toBe(plaintext);
    },
  );

  it.each(published.fernet)('Fernet of the second $timeSeconds', async (vector) => {
    const { key, keyText, timeSeconds, iv, plaintext, stored } = vector;
    const codec = fernetCodec(withRandom(backend, iv), { clock: clockAt(timeSeconds) });
    expect(codec.detect(stored)).toBe(true);
    expect(hex(fernetKeyOf(keyText).reveal())).toBe(key);
    const imported = await codec.decrypt(stored, secretOf(key));
    expect(imported).toMatchObject({ boundContext: false, timeSeconds });
    expect(hex(imported.bytes)).toBe(plaintext);
    expect(await codec.encrypt(bytesOf(plaintext), secretOf(key))).toBe(stored);
  });

  it.each(published.saltedFernet)('salted Fernet, $layout in $encoding', async (vector) => {
    const { masterKey, timeSeconds, salt, iv, plaintext, layout } = vector;
    const seeded = withRandom(backend, salt, iv);
    const codec = saltedFernetCodec(seeded, { ...vector, clock: clockAt(timeSeconds) });
    const stored: LegacyStored = layout === 'binary' ? bytesOf(vector.stored) : vector.stored;
    expect(codec.detect(stored)).toBe(true);
    const imported = await codec.decrypt(stored, secretOf(masterKey));
    expect(imported).toMatchObject({ boundContext: false, timeSeconds });
    expect(hex(imported.bytes)).toBe(plaintext);
    expect(await codec.encrypt(bytesOf(plaintext), secretOf(masterKey))).toEqual(stored);
  });

  it.each(published.jsonPayload)('JSON payload in $encoding, key version $keyVersion', async (vector) => {
    const { encoding, plaintext, stored, iv, keyVersion, derivation, aad } = vector;
    const codec = jsonPayloadCodec(withRandom(backend, iv), { encoding });
    expect(codec.detect(stored)).toBe(true);
    const keys = ringOf(vector);
    const options = {
      ...optionalAad(aad),
      ...(derivation && {
        derivation: { salt: bytesOf(derivation.salt), info: bytesOf(derivation.info) },
      }),
    };
    const imported = await codec.decrypt(stored, keys, options);
    expect(imported).toMatchObject({ boundContext: false });
    expect(hex(imported.bytes)).toBe(plaintext);
    expect(await codec.encrypt(bytesOf(plaintext), { keys, keyVersion }, options)).toBe(stored);
  });

  it.each(published.envelopeRecord)('envelope record of $layout in $encoding', async (vector) => {
    const { encoding, layout, algorithms, plaintext, stored, aad } = vector;
    const codec = envelopeRecordCodec(backend, { encoding, layout, algorithms });
    expect(codec.detect(stored)).toBe(true);
    const imported = await codec.decrypt(stored, unwrapping(vector), optionalAad(aad));
    expect(imported).toMatchObject({ boundContext: false });
    expect(hex(imported.bytes)).toBe(plaintext);
  });

  it.each(published.refused)('$codec is refused: $name', async ({ codec: format, stored, code, options }) => {
    const { codec } = boundCodecs(backend, options)[format];
    expect(await codeOf(() => codec.decrypt(stored))).toBe(code);
    expect(codec.detect(stored)).toBe(code !== 'legacy_format_mismatch');
  });
});
