import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCiphertextBlob } from '../../src/kms/crypto/ciphertext-blob.ts';
import { encodeEncryptionContext } from '../../src/kms/crypto/encode-encryption-context.ts';
import { findJsonFlaw } from '../../src/kms/wire/json-flaw.ts';
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

describe('the search for flaws in JSON', () => {
  it('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
        expect(findJsonFlaw(JSON.stringify(value, null, space), 1000)).toBeUndefined();
      }),
    );
  });

  it('finds a member that is repeated anywhere', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (members, pick) => {
        const names = Object.keys(members);
        const repeated = JSON.stringify(names[pick % names.length]);
        const object = `${JSON.stringify(members).slice(0, -1)},${repeated}:0}`;
        expect(findJsonFlaw(`{"a":[1,${object}]}`, 1000)).toBe('duplicate member');
      }),
    );
  });

  it('counts objects and arrays as levels', () => {
    expect(findJsonFlaw('{"a":[{}]}', 3)).toBeUndefined();
    expect(findJsonFlaw('{"a":[{}]}', 2)).toBe('too deep');
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
