import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isKeyfoldError,
  KeySetInvalidError,
  parseJsonWebKeySet,
  toJsonWebKeySet,
  type VerificationKey,
} from '../src/index.ts';
import { bytesOf, hex } from './fixtures.ts';
import { parserRuns, slowRuns } from './property-runs.ts';
import { publicKeyHex } from './token-fixtures.ts';

const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';
const jwk = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: 'k1', x };
const key: VerificationKey = { kid: 'k1', alg: 'EdDSA', publicKey: bytesOf(publicKeyHex) };

function parse(set: unknown): readonly VerificationKey[] {
  return parseJsonWebKeySet(new TextEncoder().encode(typeof set === 'string' ? set : JSON.stringify(set)));
}

function reasonOf(set: unknown): string {
  try {
    parse(set);
  } catch (error) {
    if (error instanceof KeySetInvalidError) return error.reason;
    throw error;
  }
  return 'accepted';
}

describe('a key set', () => {
  it('is published with public halves, algorithm and use, and read back', () => {
    const set = toJsonWebKeySet([key]);
    expect(set).toEqual({ keys: [jwk] });
    expect(parse(set)).toEqual([key]);
    expect(parse({ keys: [] })).toEqual([]);
  });

  it.each<[string, object]>([
    ['without alg, use and key_ops, which are optional', { alg: undefined, use: undefined }],
    ['with key_ops of verify', { key_ops: ['verify'] }],
    ['with members that are not known', { foo: [{}], ext: true }],
  ])('is read %s', (_what, changes) => {
    expect(parse({ keys: [{ ...jwk, ...changes }] })).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ['another kty', { kty: 'EC' }, 'kty'],
    ['no kty', { kty: undefined }, 'kty'],
    ['another curve', { crv: 'Ed448' }, 'crv'],
    ['a curve for key agreement', { crv: 'X25519' }, 'crv'],
    ['another alg', { alg: 'ES256' }, 'alg'],
    ['alg none', { alg: 'none' }, 'alg'],
    ['alg null', { alg: null }, 'alg'],
    ['use for encryption', { use: 'enc' }, 'use'],
    ['key_ops of sign', { key_ops: ['sign'] }, 'key_ops'],
    ['key_ops of verify and sign', { key_ops: ['verify', 'sign'] }, 'key_ops'],
    ['key_ops of verify twice', { key_ops: ['verify', 'verify'] }, 'key_ops'],
    ['key_ops as text', { key_ops: 'verify' }, 'key_ops'],
    ['no kid', { kid: undefined }, 'kid'],
    ['a kid of another form', { kid: '../k' }, 'kid'],
    ['a numeric kid', { kid: 1 }, 'kid'],
    ['a private member', { d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }, 'private_member'],
    ['an empty private member', { d: '' }, 'private_member'],
    ['a symmetric member', { k: 'AA' }, 'private_member'],
    ['a certificate', { x5c: [] }, 'certificate_member'],
    ['the address of a certificate', { x5u: 'https://evil.example' }, 'certificate_member'],
    ['no x', { x: undefined }, 'encoding'],
    ['a padded x', { x: `${x}=` }, 'encoding'],
    ['an x with spare bits', { x: `${x.slice(0, -1)}p` }, 'encoding'],
    ['a short x', { x: x.slice(0, -2) }, 'encoding'],
    ['the identity as its point', { x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, 'weak_key'],
    ['all zeros as its point', { x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, 'weak_key'],
    ['an unreduced point', { x: '7v_______________________________________38' }, 'weak_key'],
  ])('with %s is refused as a whole, and the key is named', (_what, changes, reason) => {
    expect(
      reasonOf({
        keys: [
          { ...jwk, kid: 'other' },
          { ...jwk, ...changes },
        ],
      }),
    ).toBe(reason);
    try {
      parse({
        keys: [
          { ...jwk, kid: 'other' },
          { ...jwk, ...changes },
        ],
      });
    } catch (error) {
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({
        code: 'key_set_invalid',
        reason,
        position: 1,
      });
    }
  });

  it.each<[string, unknown, string]>([
    ['one kid twice', { keys: [jwk, jwk] }, 'duplicate_kid'],
    ['no keys', {}, 'shape'],
    ['keys that are no list', { keys: {} }, 'shape'],
    ['a key that is no object', { keys: [1] }, 'shape'],
    ['a list for a set', [jwk], 'shape'],
    ['a member twice', `{"keys":[],"keys":[]}`, 'json'],
    ['deep nesting', `{"keys":${'['.repeat(9)}${']'.repeat(9)}}`, 'json'],
    ['no JSON', '', 'json'],
    ['65 keys', { keys: Array.from({ length: 65 }, (_, i) => ({ ...jwk, kid: `k${i}` })) }, 'too_many_keys'],
    ['too many bytes', `{"keys":[]}${' '.repeat(65_536)}`, 'shape'],
  ])('with %s is refused', (_what, set, reason) => {
    expect(reasonOf(set)).toBe(reason);
  });

  it('is not published with a kid twice, a kid of another form, or a key that is none', () => {
    for (const keys of [
      [key, key],
      [{ ...key, kid: 'a b' }],
      [{ ...key, publicKey: new Uint8Array(31) }],
      [{ ...key, publicKey: new Uint8Array(32) }],
    ]) {
      expect(() => toJsonWebKeySet(keys)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    }
  });

  it('throws nothing but its own error, for any bytes and any JSON', () => {
    const check = (bytes: Uint8Array): void => {
      try {
        parseJsonWebKeySet(bytes);
      } catch (error) {
        if (!isKeyfoldError(error) || error.code !== 'key_set_invalid') throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array(), check), { numRuns: parserRuns });
    const member = fc.constantFrom('kty', 'crv', 'kid', 'x', 'use', 'alg', 'key_ops');
    const value = fc.oneof(
      fc.constantFrom<unknown>('OKP', 'Ed25519', 'sig', 'EdDSA', x, ['verify']),
      fc.jsonValue(),
    );
    const sets = fc.array(fc.dictionary(member, value)).map((keys) => JSON.stringify({ keys }));
    fc.assert(
      fc.property(sets, (text) => check(new TextEncoder().encode(text))),
      { numRuns: slowRuns(4) },
    );
  });

  it('keeps 32 bytes of its own for each key', () => {
    expect(parse({ keys: [jwk] }).map(({ publicKey }) => hex(publicKey))).toEqual([publicKeyHex]);
  });
});
