import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type DataKeyOpener,
  dataKeyHeader,
  encodeRecordHeader,
  type Plaintext,
  parseRecordHeader,
  parseValue,
  prepareValueContext,
  rewrappedValue,
  SecretBytes,
  type ValueContext,
} from '../src/index.ts';
import { NodeFreshDataKey } from '../src/node/fresh-data-key.ts';
import { nodeBackend } from '../src/node/index.ts';
import { NonceSource } from '../src/node/nonce-source.ts';
import { billing, codeOf, dataKeyPair, fieldContext, hex, valueContext } from './fixtures.ts';

const wrapping = { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) };

describe('a fresh data key', () => {
  it('has a random secret of 32 bytes and the commitment of that secret', () => {
    using one = nodeBackend.createDataKey();
    using two = nodeBackend.createDataKey();
    expect(one.secret.byteLength).toBe(32);
    expect(one.secret.reveal()).not.toEqual(two.secret.reveal());
    expect(hex(one.commitment)).toBe(hex(nodeBackend.commitmentOf(one.secret)));
    expect(one.commitment).not.toEqual(two.commitment);
  });

  it('becomes a sealer that outlives it, and zeroises its secret', () => {
    const fresh = nodeBackend.createDataKey();
    const view = fresh.secret.reveal();
    const sealer = fresh.wrappedAs(wrapping);
    fresh[Symbol.dispose]();
    expect(view).toEqual(new Uint8Array(32));
    expect(sealer.sealValue('x', valueContext)).toHaveLength(132);
  });

  it('becomes a sealer once, so that uses are counted in one place', () => {
    using fresh = nodeBackend.createDataKey();
    fresh.wrappedAs(wrapping);
    expect(codeOf(() => fresh.wrappedAs(wrapping))).toBe('invalid_argument');
  });

  it('becomes no sealer after disposal', () => {
    const fresh = nodeBackend.createDataKey();
    fresh[Symbol.dispose]();
    expect(codeOf(() => fresh.wrappedAs(wrapping))).toBe('secret_disposed');
  });

  it.each([
    ['reference', { keyReference: new Uint8Array(7), wrapped: new Uint8Array(60) }],
    ['wrapped key', { keyReference: new Uint8Array(8), wrapped: new Uint8Array(61) }],
  ])('refuses a %s of another length, and may be tried again', (_, wrong) => {
    using fresh = nodeBackend.createDataKey();
    expect(codeOf(() => fresh.wrappedAs(wrong))).toBe('invalid_argument');
    expect(() => fresh.wrappedAs(wrapping)).not.toThrow();
  });
});

describe('a sealer', () => {
  it('adds 131 bytes to a value and 30 to a field', () => {
    const { sealer } = dataKeyPair();
    for (const byteLength of [0, 1, 64, 10_000]) {
      const content = new Uint8Array(byteLength);
      expect(sealer.sealValue(content, valueContext)).toHaveLength(131 + byteLength);
      expect(sealer.sealField(content, fieldContext(), 1)).toHaveLength(30 + byteLength);
    }
  });

  it('puts its header into every value, and gives it out for records as 102 bytes', () => {
    const { sealer, header } = dataKeyPair();
    expect(parseValue(sealer.sealValue('abc', valueContext))).toEqual({ header, contentByteLength: 3 });
    expect(sealer.recordHeader()).toHaveLength(102);
    expect(sealer.recordHeader()).not.toBe(sealer.recordHeader());
    expect(parseRecordHeader(sealer.recordHeader())).toEqual(header);
    expect(encodeRecordHeader(header)).toEqual(sealer.recordHeader());
  });

  it('is not changed through the bytes that were parsed, nor through those it gave out', () => {
    const { sealer, header } = dataKeyPair();
    const expected = Uint8Array.from(header.bytes);
    const value = Buffer.from(sealer.sealValue('abc', valueContext));
    const record = Buffer.from(sealer.recordHeader());
    const parsed = [parseValue(value).header, parseRecordHeader(record)];
    value.fill(0);
    record.fill(0);
    sealer.recordHeader().fill(0);
    expect(parsed.map(({ bytes }) => bytes)).toEqual([expected, expected]);
    const intact = sealer.sealValue('abc', valueContext);
    sealer.header.bytes.fill(0);
    expect(sealer.sealValue('abc', valueContext).subarray(0, 102)).toEqual(intact.subarray(0, 102));
  });

  it('never gives the same bytes twice', () => {
    const { sealer } = dataKeyPair();
    expect(sealer.sealValue('x', valueContext)).not.toEqual(sealer.sealValue('x', valueContext));
  });

  it('has 2^24 seals, and counts each', () => {
    const { sealer } = dataKeyPair();
    expect(sealer.sealsLeft).toBe(16_777_216);
    sealer.sealValue('x', valueContext);
    sealer.sealField('x', fieldContext(), 1);
    expect(sealer.sealsLeft).toBe(16_777_214);
  });

  it('refuses to seal past its bound', () => {
    const fresh = new NodeFreshDataKey(SecretBytes.random(32), new NonceSource(), 3);
    const sealer = fresh.wrappedAs(wrapping);
    sealer.sealValue('x', valueContext);
    sealer.sealField('x', fieldContext(), 1);
    sealer.sealValue('x', valueContext);
    expect(sealer.sealsLeft).toBe(0);
    expect(codeOf(() => sealer.sealValue('x', valueContext))).toBe('data_key_exhausted');
    expect(codeOf(() => sealer.sealField('x', fieldContext(), 1))).toBe('data_key_exhausted');
    expect(sealer.sealsLeft).toBe(0);
  });

  it('refuses to seal after disposal', () => {
    const { sealer } = dataKeyPair();
    sealer[Symbol.dispose]();
    expect(codeOf(() => sealer.sealValue('x', valueContext))).toBe('secret_disposed');
    expect(codeOf(() => sealer.sealField('x', fieldContext(), 1))).toBe('secret_disposed');
  });
});

describe('an opener', () => {
  it('is only made from the key to which the header commits, and takes the key in any case', () => {
    const { header } = dataKeyPair();
    const wrong = SecretBytes.random(32);
    expect(codeOf(() => nodeBackend.openDataKey(header, wrong))).toBe('commitment_mismatch');
    expect(wrong.disposed).toBe(true);
    const short = SecretBytes.random(16);
    expect(codeOf(() => nodeBackend.openDataKey(header, short))).toBe('invalid_argument');
    expect(short.disposed).toBe(true);
    const fresh = nodeBackend.createDataKey();
    nodeBackend.openDataKey(fresh.wrappedAs(wrapping).header, fresh.secret);
    expect(fresh.secret.disposed).toBe(true);
  });

  it('refuses a value that was sealed under another data key', () => {
    const one = dataKeyPair();
    const two = dataKeyPair();
    const value = one.sealer.sealValue('x', valueContext);
    expect(codeOf(() => two.opener.openValue(value, valueContext))).toBe('integrity_check_failed');
    const field = one.sealer.sealField('x', fieldContext(), 1);
    expect(codeOf(() => two.opener.openField(field, fieldContext(), 1))).toBe('integrity_check_failed');
  });

  it('refuses a value with the header of its key but the body of another', () => {
    const one = dataKeyPair();
    const two = dataKeyPair();
    const spliced = one.sealer.sealValue('x', valueContext);
    spliced.set(two.sealer.sealValue('x', valueContext).subarray(102), 102);
    expect(codeOf(() => one.opener.openValue(spliced, valueContext))).toBe('integrity_check_failed');
  });

  it('opens a value of a rewrapped data key under its own header only', () => {
    const fresh = nodeBackend.createDataKey();
    const secret = fresh.secret.clone();
    const sealer = fresh.wrappedAs(wrapping);
    const value = sealer.sealValue('x', valueContext);
    const { commitment } = parseValue(value).header;
    const again = { keyReference: nodeBackend.randomBytes(8), wrapped: nodeBackend.randomBytes(60) };
    const rewrapped = rewrappedValue(value, dataKeyHeader(again, commitment));
    expect(hex(rewrapped.subarray(102))).toBe(hex(value.subarray(102)));
    expect(parseValue(rewrapped).header).toMatchObject({ ...again, commitment });
    const opener = nodeBackend.openDataKey(parseValue(rewrapped).header, secret);
    expect(opener.openValue(rewrapped, valueContext)).toBe('x');
    expect(codeOf(() => opener.openValue(value, valueContext))).toBe('integrity_check_failed');
  });

  it('names what was passed instead of a value', () => {
    const { sealer, opener } = dataKeyPair();
    const field = sealer.sealField(new Uint8Array(200), fieldContext(), 1);
    const value = sealer.sealValue('x', valueContext);
    expect(() => opener.openValue(field, valueContext)).toThrow('a record field');
    expect(() => opener.openValue(sealer.recordHeader(), valueContext)).toThrow('a record header');
    expect(() => opener.openField(value, fieldContext(), 1)).toThrow('a value');
    expect(() => opener.openValue(Buffer.from(nodeBackend.encodeText(value)), valueContext)).toThrow(
      'the text form',
    );
    expect(() => opener.openValue(Uint8Array.of(0xfa, 1, 2), valueContext)).toThrow('a share of a secret');
    expect(() => opener.openValue(Uint8Array.of(0xf8, 1, 2), valueContext)).toThrow('a stream');
    expect(() => opener.openValue(new Uint8Array(), valueContext)).toThrow('empty');
    expect(() => opener.openValue(Buffer.from('4111 1111'), valueContext)).toThrow(
      'not a Keyfold ciphertext',
    );
  });

  it.each([['kf1.9Q'], [null], [undefined], [7], [[0xf5]], [new ArrayBuffer(200)]])('refuses %o', (value) => {
    const { opener } = dataKeyPair();
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => opener.openValue(value, valueContext))).toBe('not_keyfold_ciphertext');
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => parseValue(value))).toBe('not_keyfold_ciphertext');
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => parseRecordHeader(value))).toBe('not_keyfold_ciphertext');
  });

  it('refuses a shortened tag', () => {
    const { sealer, opener } = dataKeyPair();
    const value = sealer.sealValue('twenty bytes of text', valueContext);
    for (let kept = 15; kept >= 0; kept--) {
      const cut = value.subarray(0, value.length - 16 + kept);
      expect(codeOf(() => opener.openValue(cut, valueContext))).toBe('integrity_check_failed');
    }
  });

  it('refuses to open after disposal', () => {
    const { sealer, opener } = dataKeyPair();
    opener[Symbol.dispose]();
    const value = sealer.sealValue('x', valueContext);
    const field = sealer.sealField('x', fieldContext(), 1);
    expect(codeOf(() => opener.openValue(value, valueContext))).toBe('secret_disposed');
    expect(codeOf(() => opener.openField(field, fieldContext(), 1))).toBe('secret_disposed');
  });

  it('has no method that seals, and no call takes a nonce', () => {
    expectTypeOf<keyof DataKeyOpener>().toEqualTypeOf<
      'header' | 'openValue' | 'openField' | 'openingStreamKey' | typeof Symbol.dispose
    >();
    const { sealer } = dataKeyPair();
    expectTypeOf(sealer.sealValue).parameters.toEqualTypeOf<[value: Plaintext, context: ValueContext]>();
  });

  it('answers at once on the Node backend', () => {
    expectTypeOf(dataKeyPair().opener.openValue).returns.toEqualTypeOf<Plaintext>();
  });
});

describe('what is bound to a place', () => {
  const { sealer, opener } = dataKeyPair();

  it.each([
    ['another row', {}, 8],
    ['another column', { field: 'dob' }, 7],
    ['another table', { table: 'staff' }, 7],
    ['another tenant', { tenant: 'globex' }, 7],
    ['another service', { scope: { kind: 'service', id: 'hr' } }, 7],
    ['another kind of scope', { scope: { kind: 'user', id: 'billing' } }, 7],
    ['another context', { context: { region: 'eu' } }, 7],
    ['the same digits as text', { idType: 'text' }, '7'],
  ] as const)('does not open in %s', (_, changes, rowId) => {
    const field = sealer.sealField('078-05-1120', fieldContext(), 7);
    expect(codeOf(() => opener.openField(field, fieldContext(changes), rowId))).toBe(
      'integrity_check_failed',
    );
    expect(opener.openField(field, fieldContext(), 7n)).toBe('078-05-1120');
  });

  it.each([
    ['another context', { context: { card: '43' } }],
    ['no context', { context: {} }],
    ['a larger context', { context: { card: '42', region: 'eu' } }],
    ['another tenant', { tenant: 'globex' }],
    ['another service', { scope: { kind: 'service', id: 'hr' } }],
  ] as const)('does not open in %s', (_, changes) => {
    const value = sealer.sealValue('4111', valueContext);
    const other = prepareValueContext({
      tenant: 'acme',
      scope: billing,
      context: { card: '42' },
      ...changes,
    });
    expect(codeOf(() => opener.openValue(value, other))).toBe('integrity_check_failed');
  });

  it('does not open as another form: a field within a value, a value without its header', () => {
    const value = sealer.sealValue('x', valueContext);
    const field = sealer.sealField('x', fieldContext(), 7);
    const asField = Uint8Array.of(0xf7, ...value.subarray(102));
    const asValue = Uint8Array.of(0xf5, ...sealer.header.bytes, ...field.subarray(1));
    expect(codeOf(() => opener.openField(asField, fieldContext(), 7))).toBe('integrity_check_failed');
    expect(codeOf(() => opener.openValue(asValue, valueContext))).toBe('integrity_check_failed');
  });
});
