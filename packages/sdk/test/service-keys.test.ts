import { InvalidEncryptionContextError, type Plaintext } from '@keyfold/crypto-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { EncryptionContextRequiredError } from '../src/value-errors.ts';
import { billing, globex, shipping } from './support/cache-bench.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const context = { card: '42' };

describe('a value', () => {
  it.each<[string, Plaintext]>([
    ['text', '4111 1111 1111 1111'],
    ['text', ''],
    ['text', 'Zoë 🎉 東京'],
    ['number', -0.1],
    ['bigint', -(2n ** 70n)],
    ['boolean', false],
    ['date', new Date(0)],
    ['bytes', new Uint8Array([0, 255])],
    ['json', { a: [1, null, 'x'] }],
  ])('comes back as what it was (%s)', async (kind, value) => {
    const { serviceKeys, elsewhere } = serviceBench();
    const token = await serviceKeys().encrypt(value, { context });
    expect(token).toMatch(/^kf1\.[\w-]+$/);
    const opened: Plaintext = await elsewhere().decrypt(token, { context });
    if (value instanceof Uint8Array) expect(Uint8Array.from(opened as Uint8Array)).toEqual(value);
    else expect(opened).toEqual(value);
    expect(await elsewhere().decrypt(token, { context, as: kind as 'text' })).toEqual(opened);
  });

  it('has the same bytes behind its text', async () => {
    const keys = serviceBench().serviceKeys();
    const bytes = await keys.encryptBytes('x', { context });
    expect(bytes.byteLength).toBe(132);
    expect(await keys.decrypt(bytes, { context })).toBe('x');
    expect(await keys.decrypt(`kf1.${Buffer.from(bytes).toString('base64url')}`, { context })).toBe('x');
  });

  it('narrows its type by what was asked for, and is refused when it is something else', async () => {
    const keys = serviceBench().serviceKeys();
    const token = await keys.encrypt(7, { context });
    const number = await keys.decrypt(token, { context, as: 'number' });
    expectTypeOf(number).toEqualTypeOf<number>();
    expectTypeOf(keys.decrypt(token, { context })).resolves.toEqualTypeOf<Plaintext>();
    expect(await rejection(keys.decrypt(token, { context, as: 'text' }))).toMatchObject({
      code: 'plaintext_kind_mismatch',
      layer: 'format',
      expected: 'text',
      actual: 'number',
    });
    // @ts-expect-error there is no such kind
    await rejection(keys.decrypt(token, { context, as: 'string' }));
  });

  it('opens only with its context, its service and its tenant', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const token = await serviceKeys().encrypt('x', { context });
    const wrong = { code: 'integrity_check_failed', layer: 'integrity' };
    expect(await rejection(serviceKeys().decrypt(token, { context: { card: '43' } }))).toMatchObject(wrong);
    expect(
      await rejection(serviceKeys().decrypt(token, { context: { ...context, more: '' } })),
    ).toMatchObject(wrong);
    for (const scope of [shipping, globex]) {
      expect(await rejection(elsewhere(scope).decrypt(token, { context }))).toMatchObject({
        code: 'key_reference_not_found',
      });
    }
  });

  it('must be bound to something', async () => {
    const keys = serviceBench().serviceKeys();
    const required = {
      code: 'encryption_context_required',
      layer: 'context',
      hint: expect.stringContaining('context'),
    };
    expect(await rejection(keys.encrypt('x', { context: {} }))).toMatchObject(required);
    expect(await rejection(keys.decrypt('kf1.', { context: {} }))).toMatchObject(required);
    // @ts-expect-error the context is not optional
    expect(await rejection(keys.encrypt('x', {}))).toMatchObject(required);
    const own = Object.create({ inherited: 'yes' }) as Record<string, string>;
    expect(await rejection(keys.encrypt('x', { context: own }))).toMatchObject(required);
    // @ts-expect-error values are strings
    expect(await rejection(keys.encrypt('x', { context: { card: 42 } }))).toMatchObject({
      code: 'invalid_encryption_context',
    });
  });

  it('cannot be null or undefined', async () => {
    const keys = serviceBench().serviceKeys();
    // @ts-expect-error null is the caller's to keep
    expect(await rejection(keys.encrypt(null, { context }))).toMatchObject({ code: 'unsupported_value' });
    // @ts-expect-error so is undefined
    expect(await rejection(keys.encrypt(undefined, { context }))).toMatchObject({
      code: 'unsupported_value',
    });
  });

  it.each([
    ['plain text', 'hello', 'not_keyfold_ciphertext'],
    ['padded', '', 'non_canonical_encoding'],
    ['cut', '', 'truncated_ciphertext'],
    ['changed', '', 'integrity_check_failed'],
    ['a record’s header', '', 'not_keyfold_ciphertext'],
  ])('that is %s is named as what it is', async (what, text, code) => {
    const keys = serviceBench().serviceKeys();
    const token = await keys.encrypt('a value of some length', { context });
    const bytes = Buffer.from(token.slice(4), 'base64url');
    const changed = Buffer.from(bytes);
    changed[120] = (changed[120] ?? 0) ^ 1;
    const made: Record<string, string | Uint8Array> = {
      padded: `${token}=`,
      cut: bytes.subarray(0, 130),
      changed,
      'a record’s header': Buffer.concat([Buffer.from([0xf6]), bytes.subarray(1, 102)]),
    };
    const error = await rejection(keys.decrypt(made[what] ?? text, { context }));
    expect(error).toMatchObject({ code });
  });

  it('asks for nothing when it is not a ciphertext', async () => {
    const { serviceKeys, keyService } = serviceBench();
    await rejection(serviceKeys().decrypt('plain text', { context }));
    expect(keyService.calls).toEqual([]);
  });
});

describe('a prepared context', () => {
  it('is the same as the names and values that it was made of, in every call', async () => {
    const { serviceKeys, elsewhere } = serviceBench();
    const keys = serviceKeys();
    const given = { card: '42' };
    const prepared = keys.prepareContext(given);
    given.card = '43';
    const token = await keys.encrypt('x', { context: prepared });
    expect(await elsewhere().decrypt(token, { context })).toBe('x');
    expect(await keys.decrypt(await elsewhere().encryptBytes('y', { context }), { context: prepared })).toBe(
      'y',
    );
    const tokens = await keys.encryptMany([
      { value: 'a', context: prepared },
      { value: 'b', context },
    ]);
    const items = tokens.map((sealed) => ({ sealed, context: prepared }));
    expect(await elsewhere().decryptMany(tokens.map((sealed) => ({ sealed, context })))).toEqual(['a', 'b']);
    expect(await keys.decryptMany(items)).toEqual(['a', 'b']);
    expect(
      await rejection(keys.decrypt(token, { context: keys.prepareContext({ card: '43' }) })),
    ).toMatchObject({
      code: 'integrity_check_failed',
    });
  });

  it('serves whoever has the same tenant and service, and is refused by others', async () => {
    const { serviceKeys } = serviceBench();
    const prepared = serviceKeys().prepareContext(context);
    const token = await serviceKeys().encrypt('x', { context: prepared });
    expect(await serviceKeys().decrypt(token, { context: prepared })).toBe('x');
    for (const other of [serviceKeys(shipping), serviceKeys(globex)]) {
      const refused = { code: 'invalid_encryption_context', layer: 'context' };
      expect(await rejection(other.encrypt('x', { context: prepared }))).toMatchObject(refused);
      expect(await rejection(other.decrypt(token, { context: prepared }))).toMatchObject(refused);
    }
  });

  it('is refused when it is made, where the names and values would be', () => {
    const keys = serviceBench().serviceKeys();
    expect(() => keys.prepareContext({})).toThrow(EncryptionContextRequiredError);
    expect(() => keys.prepareContext({ card: '\ud800' })).toThrow(InvalidEncryptionContextError);
    // @ts-expect-error a number is no text
    expect(() => keys.prepareContext({ card: 42 })).toThrow(InvalidEncryptionContextError);
    // @ts-expect-error what is not there is nothing to bind to
    expect(() => keys.prepareContext(undefined)).toThrow(EncryptionContextRequiredError);
  });

  it('cannot be made up', async () => {
    const keys = serviceBench().serviceKeys();
    const prepared = keys.prepareContext(context);
    expect(Object.keys(prepared)).toEqual([]);
    for (const fake of [
      { ...prepared },
      Object.create(Object.getPrototypeOf(prepared)),
      structuredClone(prepared),
    ])
      await expect(keys.encrypt('x', { context: fake })).rejects.toThrow();
  });
});

describe('a batch of values', () => {
  it('round-trips in order, under one data key and with one request', async () => {
    const { serviceKeys, elsewhere, keyService } = serviceBench();
    const values = Array.from({ length: 600 }, (_, index) => ({
      value: `card ${index}`,
      context: { card: `${index}` },
    }));
    const tokens = await serviceKeys().encryptMany(values);
    const opened = await elsewhere().decryptMany(
      tokens.map((sealed, index) => ({ sealed, context: { card: `${index}` } })),
      { as: 'text' },
    );
    expectTypeOf(opened).toEqualTypeOf<string[]>();
    expect(opened).toEqual(values.map(({ value }) => value));
    expect(keyService.calls.map(({ operation }) => operation)).toEqual(['wrapDataKeys', 'unwrapDataKeys']);
  });

  it('says which item failed and why', async () => {
    const keys = serviceBench().serviceKeys();
    const tokens = await keys.encryptMany([1, 2, 3].map((value) => ({ value, context })));
    const [first = '', second = '', third = ''] = tokens;
    const failed = (sealed: readonly { sealed: string; context: Record<string, string> }[]) =>
      rejection(keys.decryptMany(sealed));
    expect(
      await failed([
        { sealed: first, context },
        { sealed: second, context: { card: 'other' } },
        { sealed: third, context },
      ]),
    ).toMatchObject({
      code: 'batch_item_failed',
      layer: 'integrity',
      index: 1,
      cause: { code: 'integrity_check_failed' },
    });
    expect(
      await failed([
        { sealed: first, context },
        { sealed: 'x', context },
      ]),
    ).toMatchObject({
      index: 1,
      cause: { code: 'not_keyfold_ciphertext' },
    });
    expect(await rejection(keys.decryptMany([{ sealed: first, context }], { as: 'text' }))).toMatchObject({
      index: 0,
      cause: { code: 'plaintext_kind_mismatch' },
    });
    expect(
      await rejection(
        keys.encryptMany([
          { value: 1, context },
          { value: 2, context: {} },
        ]),
      ),
    ).toMatchObject({
      index: 1,
      cause: { code: 'encryption_context_required' },
    });
  });

  it('fails as a whole when no key can be had', async () => {
    const { serviceKeys, keyService } = serviceBench();
    keyService.down = true;
    expect(await rejection(serviceKeys().encryptMany([{ value: 1, context }]))).toMatchObject({
      code: 'connection_failed',
    });
  });

  it('of nothing is nothing, and asks for nothing', async () => {
    const { serviceKeys, keyService } = serviceBench();
    expect(await serviceKeys().encryptMany([])).toEqual([]);
    expect(await serviceKeys().decryptMany([])).toEqual([]);
    expect(keyService.calls).toEqual([]);
  });
});

describe('rewrapping', () => {
  it('moves a value to the service key’s active version and leaves its ciphertext as it is', async () => {
    const { serviceKeys, elsewhere, authority } = serviceBench();
    const token = await serviceKeys().encrypt('x', { context });
    const bytes = await serviceKeys().encryptBytes('y', { context });
    authority.rotate(billing);
    const [newToken, newBytes] = [await serviceKeys().rewrap(token), await serviceKeys().rewrap(bytes)];
    expectTypeOf(newToken).toEqualTypeOf<string>();
    expectTypeOf(newBytes).toEqualTypeOf<Uint8Array>();
    expect(newToken).not.toBe(token);
    expect(newToken.slice(-40)).toBe(token.slice(-40));
    expect(Buffer.from(newBytes).subarray(102)).toEqual(Buffer.from(bytes).subarray(102));
    expect(await elsewhere().decrypt(newToken, { context })).toBe('x');
    expect(await elsewhere().decrypt(newBytes, { context })).toBe('y');
    expect(await elsewhere().decrypt(token, { context })).toBe('x'); // the old version still decrypts
  });

  it('of another service’s value is refused', async () => {
    const { serviceKeys } = serviceBench();
    const token = await serviceKeys().encrypt('x', { context });
    expect(await rejection(serviceKeys(shipping).rewrap(token))).toMatchObject({
      code: 'key_reference_not_found',
    });
  });

  it('refuses what is no ciphertext', async () => {
    const { serviceKeys } = serviceBench();
    expect(await rejection(serviceKeys().rewrap('x'))).toMatchObject({ code: 'not_keyfold_ciphertext' });
    expect(await rejection(serviceKeys().rewrap(new Uint8Array(102)))).toMatchObject({
      code: 'not_keyfold_ciphertext',
    });
  });
});
