import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CryptoBackend,
  type FreshDataKey,
  type KeyPlace,
  parseRecordHeader,
  parseValue,
  SecretBytes,
} from '../src/index.ts';
import { NodeFreshDataKey } from '../src/node/fresh-data-key.ts';
import { NonceSource } from '../src/node/nonce-source.ts';
import { WebFreshDataKey } from '../src/web/fresh-data-key.ts';
import { WebNonceSource } from '../src/web/nonce-source.ts';
import { codeOf, newDataKey, singleBitFlips } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { billing, fieldContext, hex, valueContext } from './fixtures.ts';

const wrapping = { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) };

/** A fresh data key of each backend with a bound that a test can reach. */
const boundedKeys: Readonly<Record<string, (maxSeals: number) => FreshDataKey | Promise<FreshDataKey>>> = {
  node: (maxSeals) => new NodeFreshDataKey(SecretBytes.random(32), new NonceSource(), maxSeals),
  web: (maxSeals) => WebFreshDataKey.of(SecretBytes.random(32), new WebNonceSource(), maxSeals),
};

async function boundedSealer(name: string, maxSeals: number) {
  const fresh = await boundedKeys[name]?.(maxSeals);
  if (fresh === undefined) throw new Error(`There is no bounded key of the backend ${name}.`);
  return fresh.wrappedAs(wrapping);
}

const place: KeyPlace = {
  purpose: 'service-key',
  tenant: 'acme',
  scope: billing,
  keyReference: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  version: 2,
  parentVersion: 1,
};

describe.each(backends)('a fresh data key of the %s backend', (_, backend) => {
  it('has a random secret of 32 bytes and the commitment of that secret', async () => {
    using one = await backend.createDataKey();
    using two = await backend.createDataKey();
    expect(one.secret.byteLength).toBe(32);
    expect(one.secret.reveal()).not.toEqual(two.secret.reveal());
    expect(hex(one.commitment)).toBe(hex(await backend.commitmentOf(one.secret)));
    expect(hex(one.commitment)).not.toBe(hex(two.commitment));
  });

  it('becomes a sealer that outlives it, and zeroises its secret', async () => {
    const fresh = await backend.createDataKey();
    const view = fresh.secret.reveal();
    const sealer = await fresh.wrappedAs(wrapping);
    fresh[Symbol.dispose]();
    expect(view).toEqual(new Uint8Array(32));
    expect(await sealer.sealValue('x', valueContext)).toHaveLength(132);
  });

  it('becomes a sealer once, also of two calls at the same time', async () => {
    using fresh = await backend.createDataKey();
    const codes = await Promise.all([
      codeOf(() => fresh.wrappedAs(wrapping)),
      codeOf(() => fresh.wrappedAs(wrapping)),
    ]);
    expect(codes).toEqual(['did not throw', 'invalid_argument']);
  });

  it('becomes no sealer after disposal, nor with parts of another length', async () => {
    const fresh = await backend.createDataKey();
    const short = { ...wrapping, keyReference: new Uint8Array(7) };
    expect(await codeOf(() => fresh.wrappedAs(short))).toBe('invalid_argument');
    const long = { ...wrapping, wrapped: new Uint8Array(61) };
    expect(await codeOf(() => fresh.wrappedAs(long))).toBe('invalid_argument');
    fresh[Symbol.dispose]();
    expect(await codeOf(() => fresh.wrappedAs(wrapping))).toBe('secret_disposed');
    expect(await codeOf(() => fresh.wrappedAs(short))).toBe('invalid_argument');
  });

  it('becomes no sealer where reading the wrapping disposes of it', async () => {
    const fresh = await backend.createDataKey();
    const disposing = {
      get keyReference() {
        fresh[Symbol.dispose]();
        return wrapping.keyReference;
      },
      wrapped: wrapping.wrapped,
    };
    expect(await codeOf(() => fresh.wrappedAs(disposing))).toBe('secret_disposed');
  });
});

describe.each(backends)('a sealer of the %s backend', (name, backend) => {
  it('adds 131 bytes to a value and 30 to a field', async () => {
    const { sealer } = await newDataKey(backend);
    for (const byteLength of [0, 1, 64, 10_000, 100_000]) {
      const content = new Uint8Array(byteLength);
      expect(await sealer.sealValue(content, valueContext)).toHaveLength(131 + byteLength);
      expect(await sealer.sealField(content, fieldContext(), 1)).toHaveLength(30 + byteLength);
    }
  });

  it('puts its header into every value, and gives it out for records', async () => {
    const { sealer, header } = await newDataKey(backend);
    const value = await sealer.sealValue('abc', valueContext);
    expect(hex(parseValue(value).header.bytes)).toBe(hex(header.bytes));
    expect(hex(parseRecordHeader(sealer.recordHeader()).bytes)).toBe(hex(header.bytes));
    sealer.recordHeader().fill(0);
    sealer.header.bytes.fill(0);
    const after = await sealer.sealValue('abc', valueContext);
    expect(hex(after.subarray(0, 102))).toBe(hex(value.subarray(0, 102)));
  });

  it('has 2^24 seals, and counts values, fields and streams', async () => {
    const { sealer } = await newDataKey(backend);
    expect(sealer.sealsLeft).toBe(16_777_216);
    await sealer.sealValue('x', valueContext);
    await sealer.sealField('x', fieldContext(), 1);
    (await sealer.sealingStreamKey()).dispose();
    expect(sealer.sealsLeft).toBe(16_777_213);
  });

  it('refuses to seal past its bound', async () => {
    const sealer = await boundedSealer(name, 3);
    await sealer.sealValue('x', valueContext);
    await sealer.sealField('x', fieldContext(), 1);
    (await sealer.sealingStreamKey()).dispose();
    expect(await codeOf(() => sealer.sealValue('x', valueContext))).toBe('data_key_exhausted');
    expect(await codeOf(() => sealer.sealField('x', fieldContext(), 1))).toBe('data_key_exhausted');
    expect(await codeOf(() => sealer.sealingStreamKey())).toBe('data_key_exhausted');
    expect(sealer.sealsLeft).toBe(0);
  });

  it('refuses past its bound also with many seals under way', async () => {
    const sealer = await boundedSealer(name, 10);
    const calls = Array.from({ length: 50 }, (_, i) =>
      codeOf(() =>
        i % 2 === 0 ? sealer.sealValue('x', valueContext) : sealer.sealField('x', fieldContext(), i),
      ),
    );
    const codes = await Promise.all(calls);
    expect(codes.filter((code) => code === 'did not throw')).toHaveLength(10);
    expect(codes.filter((code) => code === 'data_key_exhausted')).toHaveLength(40);
    expect(sealer.sealsLeft).toBe(0);
  });

  it('does not count what it refused to encode', async () => {
    const sealer = await boundedSealer(name, 1);
    expect(await codeOf(() => sealer.sealValue('\ud800', valueContext))).toBe('unsupported_value');
    expect(await codeOf(() => sealer.sealField('x', fieldContext(), 'seven'))).toBe(
      'invalid_encryption_context',
    );
    expect(sealer.sealsLeft).toBe(1);
  });

  it('binds each of many seals under way to its own row', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const context = fieldContext({ idType: 'text' });
    const rows = Array.from({ length: 40 }, (_, i) => 'r'.repeat(i + 1));
    const sealed = await Promise.all(rows.map(async (row) => sealer.sealField(row, context, row)));
    const opened = await Promise.all(
      sealed.map(async (field, i) => opener.openField(field, context, rows[i] ?? '')),
    );
    expect(opened).toEqual(rows);
  });

  it('seals what it was given, whatever becomes of the array meanwhile', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const content = Uint8Array.of(1, 2, 3);
    const sealing = sealer.sealValue(content, valueContext);
    content.fill(9);
    const value = await sealing;
    const opening = opener.openValue(value, valueContext);
    value.fill(0);
    expect(await opening).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('refuses to seal after disposal', async () => {
    const { sealer } = await newDataKey(backend);
    sealer[Symbol.dispose]();
    expect(await codeOf(() => sealer.sealValue('x', valueContext))).toBe('secret_disposed');
    expect(await codeOf(() => sealer.sealField('x', fieldContext(), 1))).toBe('secret_disposed');
    expect(await codeOf(() => sealer.sealingStreamKey())).toBe('secret_disposed');
  });
});

describe.each(backends)('an opener of the %s backend', (_, backend) => {
  it('is only made from the key to which the header commits, and takes the key in any case', async () => {
    const { header, secret } = await newDataKey(backend);
    const wrong = SecretBytes.random(32);
    expect(await codeOf(() => backend.openDataKey(header, wrong))).toBe('commitment_mismatch');
    const short = SecretBytes.random(16);
    expect(await codeOf(() => backend.openDataKey(header, short))).toBe('invalid_argument');
    await backend.openDataKey(header, secret);
    expect([wrong.disposed, short.disposed, secret.disposed]).toEqual([true, true, true]);
  });

  it('gives every type back as it went in', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const json = fc.oneof(fc.dictionary(fc.string(), fc.integer()), fc.array(fc.string()));
    const plaintext = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array({ maxLength: 300 }),
      fc.double({ noNaN: true }),
      fc.bigInt(),
      fc.boolean(),
      fc.date({ noInvalidDate: true }),
      json,
    );
    await fc.assert(
      fc.asyncProperty(plaintext, fc.integer(), async (value, rowId) => {
        const text = backend.encodeText(await sealer.sealValue(value, valueContext));
        expect(await opener.openValue(backend.decodeText(text), valueContext)).toEqual(value);
        const field = await sealer.sealField(value, fieldContext(), rowId);
        expect(await opener.openField(field, fieldContext(), rowId)).toEqual(value);
      }),
      { numRuns: 150 },
    );
  });

  it('gives bytes in memory of their own', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const value = await sealer.sealValue(Uint8Array.of(1, 2, 3), valueContext);
    const opened = await opener.openValue(value, valueContext);
    if (!(opened instanceof Uint8Array)) throw new Error('Bytes came back as something else.');
    expect(opened.buffer.byteLength).toBe(4);
  });

  it('fails by name for each single bit, truncation and extension of a value', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const value = await sealer.sealValue('4111', valueContext);
    const open = (bytes: Uint8Array) => codeOf(() => opener.openValue(bytes, valueContext));
    for (const { at, flipped } of singleBitFlips(value)) {
      const expected = ['not_keyfold_ciphertext', 'unsupported_format'][at] ?? 'integrity_check_failed';
      expect(await open(flipped), `byte ${at}`).toBe(expected);
    }
    for (let length = 1; length < value.length; length++) {
      const expected = length < 131 ? 'truncated_ciphertext' : 'integrity_check_failed';
      expect(await open(value.subarray(0, length))).toBe(expected);
    }
    expect(await open(Uint8Array.of(...value, 0))).toBe('integrity_check_failed');
    expect(await open(new Uint8Array())).toBe('not_keyfold_ciphertext');
  });

  it('fails by name for each single bit, truncation and extension of a field', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const field = await sealer.sealField('078-05-1120', fieldContext(), 7);
    const open = (bytes: Uint8Array) => codeOf(() => opener.openField(bytes, fieldContext(), 7));
    for (const { at, flipped } of singleBitFlips(field)) {
      expect(await open(flipped)).toBe(at === 0 ? 'not_keyfold_ciphertext' : 'integrity_check_failed');
    }
    for (let length = 1; length < field.length; length++) {
      const expected = length < 30 ? 'truncated_ciphertext' : 'integrity_check_failed';
      expect(await open(field.subarray(0, length))).toBe(expected);
    }
    expect(await open(Uint8Array.of(...field, 0))).toBe('integrity_check_failed');
  });

  it.each([
    ['another row', {}, 8],
    ['another column', { field: 'dob' }, 7],
    ['another table', { table: 'staff' }, 7],
    ['another tenant', { tenant: 'globex' }, 7],
    ['another service', { scope: { kind: 'service', id: 'hr' } }, 7],
    ['another context', { context: { region: 'eu' } }, 7],
    ['the same digits as text', { idType: 'text' }, '7'],
  ] as const)('does not open in %s', async (_, changes, rowId) => {
    const { sealer, opener } = await newDataKey(backend);
    const field = await sealer.sealField('078-05-1120', fieldContext(), 7);
    const open = () => opener.openField(field, fieldContext(changes), rowId);
    expect(await codeOf(open)).toBe('integrity_check_failed');
    expect(await opener.openField(field, fieldContext(), 7n)).toBe('078-05-1120');
  });

  it('refuses to open after disposal', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const value = await sealer.sealValue('x', valueContext);
    const field = await sealer.sealField('x', fieldContext(), 1);
    opener[Symbol.dispose]();
    expect(await codeOf(() => opener.openValue(value, valueContext))).toBe('secret_disposed');
    expect(await codeOf(() => opener.openField(field, fieldContext(), 1))).toBe('secret_disposed');
    expect(await codeOf(() => opener.openingStreamKey())).toBe('secret_disposed');
  });
});

describe.each(backends)('a wrapping key of the %s backend', (_, backend) => {
  it('takes its key, whether or not it can be one', async () => {
    const good = SecretBytes.random(32);
    await backend.wrappingKey(good);
    const short = SecretBytes.random(16);
    expect(await codeOf(() => backend.wrappingKey(short))).toBe('invalid_argument');
    expect([good.disposed, short.disposed]).toEqual([true, true]);
  });

  it('wraps 16 to 64 bytes with 28 more, never to the same bytes, and leaves the key to its owner', async () => {
    const key = await backend.wrappingKey(SecretBytes.random(32));
    for (const byteLength of [16, 32, 64]) {
      const secret = SecretBytes.random(byteLength);
      const wrapped = await key.wrap(secret, place);
      expect(wrapped).toHaveLength(byteLength + 28);
      expect(hex(await key.wrap(secret, place))).not.toBe(hex(wrapped));
      const unwrapped = await key.unwrap(wrapped, place);
      expect(hex(unwrapped.reveal())).toBe(hex(secret.reveal()));
    }
    for (const byteLength of [0, 1, 15, 65]) {
      expect(await codeOf(() => key.wrap(SecretBytes.random(byteLength), place))).toBe('invalid_argument');
    }
  });

  it('fails for each single bit, truncation, extension and another place', async () => {
    const key = await backend.wrappingKey(SecretBytes.random(32));
    const wrapped = await key.wrap(SecretBytes.random(32), place);
    const unwrap = (bytes: Uint8Array, at = place) => codeOf(() => key.unwrap(bytes, at));
    for (const { flipped } of singleBitFlips(wrapped))
      expect(await unwrap(flipped)).toBe('key_unwrap_failed');
    for (let length = 0; length < wrapped.length; length++) {
      expect(await unwrap(wrapped.subarray(0, length))).toBe('key_unwrap_failed');
    }
    expect(await unwrap(Uint8Array.of(...wrapped, 0))).toBe('key_unwrap_failed');
    expect(await unwrap(wrapped, { ...place, version: 3 })).toBe('key_unwrap_failed');
    expect(await unwrap(wrapped, { ...place, version: -1 })).toBe('invalid_argument');
    const other = await backend.wrappingKey(SecretBytes.random(32));
    expect(await codeOf(() => other.unwrap(wrapped, place))).toBe('key_unwrap_failed');
  });

  it('refuses a disposed key, and work after its own disposal', async () => {
    const key = await backend.wrappingKey(SecretBytes.random(32));
    const wrapped = await key.wrap(SecretBytes.random(32), place);
    const disposed = SecretBytes.random(32);
    disposed.dispose();
    expect(await codeOf(() => key.wrap(disposed, place))).toBe('secret_disposed');
    key[Symbol.dispose]();
    expect(await codeOf(() => key.wrap(SecretBytes.random(32), place))).toBe('secret_disposed');
    expect(await codeOf(() => key.unwrap(wrapped, place))).toBe('secret_disposed');
  });
});

describe.each(backends)('the %s backend', (_, backend: CryptoBackend) => {
  it('compares bytes, and calls different lengths different', () => {
    const a = Uint8Array.of(1, 2, 3);
    expect(backend.constantTimeEqual(a, Uint8Array.of(1, 2, 3))).toBe(true);
    expect(backend.constantTimeEqual(a, Uint8Array.of(1, 2, 4))).toBe(false);
    expect(backend.constantTimeEqual(a, Uint8Array.of(1, 2))).toBe(false);
    expect(backend.constantTimeEqual(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  it('gives random bytes', async () => {
    expect(backend.randomBytes(0)).toHaveLength(0);
    expect(backend.randomBytes(65_536)).toHaveLength(65_536);
    expect(hex(backend.randomBytes(16))).not.toBe(hex(backend.randomBytes(16)));
    for (const byteLength of [-1, 0.5, 65_537, Number.NaN]) {
      expect(await codeOf(() => backend.randomBytes(byteLength))).toBe('invalid_argument');
    }
  });

  it('hashes, authenticates and derives as its primitives do', async () => {
    const secret = SecretBytes.random(32);
    const data = new TextEncoder().encode('abc');
    const { primitives } = backend;
    expect(hex(await backend.sha256(data))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(hex(await backend.hmacSha256(secret, data))).toBe(
      hex(await primitives.hmac('SHA-256', secret, data)),
    );
    const options = { info: data, byteLength: 42 };
    expect(hex((await backend.hkdfSha256(secret, options)).reveal())).toBe(
      hex((await primitives.hkdf('SHA-256', secret, options)).reveal()),
    );
    expect(secret.disposed).toBe(false);
  });

  it('writes one spelling of a text form, and reads no other', async () => {
    for (const byteLength of [0, 1, 2, 3, 100]) {
      const bytes = backend.randomBytes(byteLength);
      expect(hex(backend.decodeText(backend.encodeText(bytes)))).toBe(hex(bytes));
    }
    expect(await codeOf(() => backend.decodeText('kf2.9Q'))).toBe('not_keyfold_ciphertext');
    for (const text of ['kf1.9R', 'kf1.9Q==', 'kf1. 9Q', 'kf1.9', 'kf1.-_/8', 'kf1.9Q\n', 'kf1.9é']) {
      expect(await codeOf(() => backend.decodeText(text)), text).toBe('non_canonical_encoding');
    }
  });
});
