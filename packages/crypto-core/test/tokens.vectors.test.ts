import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import {
  issueToken,
  type JsonWebKeySet,
  openSigningKey,
  parseJsonWebKeySet,
  type TokenClaims,
  toJsonWebKeySet,
  verifyToken,
} from '../src/index.ts';
import { backends } from './backends.ts';
import { publishedVectors, secretOf } from './fixtures.ts';
import { clockAt, refusalOf } from './token-fixtures.ts';

interface Vectors {
  readonly seed: string;
  readonly now: number;
  readonly issuer: string;
  readonly audience: string;
  readonly keySet: JsonWebKeySet;
  readonly accepted: readonly {
    readonly name: string;
    readonly claims: TokenClaims;
    readonly token: string;
  }[];
  readonly refused: readonly { readonly name: string; readonly token: string; readonly reason: string }[];
  readonly keySets: {
    readonly accepted: readonly {
      readonly name: string;
      readonly keySet: string;
      readonly kids: readonly string[];
    }[];
    readonly refused: readonly { readonly name: string; readonly keySet: string }[];
  };
}

const vectors = publishedVectors<Vectors>('tokens.json');
const keys = parseJsonWebKeySet(new TextEncoder().encode(JSON.stringify(vectors.keySet)));
const { issuer, audience, now, seed } = vectors;
const clock = clockAt(now * 1000);

describe.each(backends)('tokens.json on %s', (name, backend) => {
  it.each(vectors.accepted)('$name: issued alike, and accepted', async ({ claims, token }) => {
    using key = await openSigningKey(backend, secretOf(seed));
    const kid = keys[0]?.kid ?? '';
    expect(await issueToken(claims, { key, kid })).toBe(token);
    const verified = await verifyToken(token, { backend, keys, issuer, audience, clock });
    expect(verified).toEqual({ kid, claims });
    expect(toJsonWebKeySet([{ kid, alg: 'EdDSA', publicKey: key.publicKey }])).toEqual(vectors.keySet);
  });

  it.each(vectors.refused)('refuses: $name', async ({ token, reason }) => {
    const outcome = await refusalOf(() => verifyToken(token, { backend, keys, issuer, audience, clock }));
    expect(outcome).toBe(reason);
  });

  it('prints how many cases ran', () => {
    const ran = vectors.accepted.length + vectors.refused.length;
    evidence.report(`tokens.json on ${name}`, ran);
    expect(ran).toBe(32);
  });
});

describe('the key sets of tokens.json', () => {
  const parse = (keySet: string) => parseJsonWebKeySet(new TextEncoder().encode(keySet));

  it.each(vectors.keySets.accepted)('accepts: $name', ({ keySet, kids }) => {
    expect(parse(keySet).map(({ kid }) => kid)).toEqual(kids);
  });

  it.each(vectors.keySets.refused)('refuses: $name', async ({ keySet }) => {
    expect(await refusalOf(async () => parse(keySet))).toBe('key_set_invalid');
  });

  it('prints how many cases ran', () => {
    const ran = vectors.keySets.accepted.length + vectors.keySets.refused.length;
    evidence.report('key sets of tokens.json', ran);
    expect(ran).toBeGreaterThan(20);
  });
});
