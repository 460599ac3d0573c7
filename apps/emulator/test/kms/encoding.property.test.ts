import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCiphertextBlob } from '../../src/kms/crypto/ciphertext-blob.ts';
import { encodeEncryptionContext } from '../../src/kms/crypto/encode-encryption-context.ts';
import { parseRequestBody } from '../../src/kms/wire/parse-request-body.ts';
import { openKms } from './kms-harness.ts';

const text = fc.string({ unit: 'grapheme' });
const context = fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 6 });

describe('the encoding of encryption contexts', () => {
  it('does not depend on the order of the entries', () => {
    fc.assert(
      fc.property(context, fc.infiniteStream(fc.nat()), (entries, random) => {
        const shuffled = entries
          .map((entry) => ({ entry, rank: random.next().value }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ entry }) => entry);
        expect(encodeEncryptionContext(shuffled)).toEqual(encodeEncryptionContext(entries));
      }),
    );
  });

  it('is the same for equal contexts only', () => {
    fc.assert(
      fc.property(context, context, (one, two) => {
        const equal =
          one.length === two.length && two.every(([key, value]) => new Map(one).get(key) === value);
        expect(encodeEncryptionContext(one).equals(encodeEncryptionContext(two))).toBe(equal);
      }),
    );
  });
});

describe('the bodies of requests', () => {
  const read = (body: string): unknown => parseRequestBody(Buffer.from(body));
  const refusal = { fault: 'SerializationException', message: '' };

  it('are what JSON.stringify writes of any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string()),
        fc.constantFrom(0, 2),
        (members, space) => {
          expect(read(JSON.stringify(members, null, space))).toEqual(members);
        },
      ),
    );
  });

  it('name no member twice, anywhere', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (members, pick) => {
        const names = Object.keys(members);
        const repeated = JSON.stringify(names[pick % names.length]);
        const object = `${JSON.stringify(members).slice(0, -1)},${repeated}:0}`;
        expect(() => read(`{"a":[1,${object}]}`)).toThrow(expect.objectContaining(refusal));
      }),
    );
  });

  it('are objects of at most sixteen levels, in which `__proto__` is a name as any other', () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(read(nested(16))).toEqual(JSON.parse(nested(16)));
    for (const body of [nested(17), '[]', 'null', '"a"', '1', '', '\ufeff{}'])
      expect(() => read(body), body).toThrow(expect.objectContaining(refusal));
    expect(Object.keys(read('{"__proto__":{"a":1}}') as object)).toEqual(['__proto__']);
  });
});

describe('arbitrary input', () => {
  it('as a ciphertext is never more than refused', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 97 }), (bytes, long) => {
        expect(parseCiphertextBlob(Buffer.from(bytes))).toBeUndefined();
        expect(parseCiphertextBlob(Buffer.from([1, ...long]))).toBeUndefined();
      }),
    );
  });

  it('as a body gets an answer in AWS JSON that is no internal error', async () => {
    const { send, internalErrors } = await openKms();
    const names = [
      'CreateKey',
      'DescribeKey',
      'ListKeys',
      'Encrypt',
      'Decrypt',
      'GenerateDataKey',
      'EnableKey',
    ];
    const members = [
      'KeyId',
      'Plaintext',
      'CiphertextBlob',
      'EncryptionContext',
      'Tags',
      'Limit',
      'Marker',
      'Policy',
    ];
    const body = fc.oneof(
      fc.string(),
      fc.dictionary(fc.constantFrom(...members), fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), body, async (name, bytes) => {
        const { status, headers } = await send(`TrentService.${name}`, bytes);
        expect([200, 400]).toContain(status);
        expect(headers['content-type']).toBe('application/x-amz-json-1.1');
      }),
    );
    expect(internalErrors).toEqual([]);
  });

  it('of 50 KB in any text is refused quickly', async () => {
    const { call } = await openKms();
    const long = `${'a-'.repeat(25_000)}!`;
    for (const KeyId of [long, `arn:aws:kms:${long}`, `alias/${long}`])
      expect((await call('DescribeKey', { KeyId })).status).toBe(400);
    expect((await call('ListKeys', { Marker: long })).status).toBe(400);
    expect((await call('CreateKey', { XksKeyId: long })).status).toBe(400);
  });
});
