import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeyfoldError, issueToken, openSigningKey, type TokenClaims, verifyToken } from '../src/index.ts';
import { backends } from './backends.ts';
import { secretOf } from './fixtures.ts';
import { slowRuns } from './property-runs.ts';
import { base64urlOf, claims, kid, now, seedHex, signed, verifier } from './token-fixtures.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const name = text.filter((candidate) => candidate !== '__proto__' && !Object.hasOwn(claims, candidate));
// JSON has no -0, and integers beyond 2⁵³ are refused by strict readers.
const number = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((value) => !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value)));
const value = fc.letrec<{ json: TokenClaims[string] }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme', maxLength: 10 }),
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(
      tie('json').map((item) => item ?? null),
      { maxLength: 3 },
    ),
  ),
})).json;

describe.each(backends)('tokens on %s', (_name, backend) => {
  it('come back with any claims they were issued with', async () => {
    const options = await verifier(backend);
    using key = await openSigningKey(backend, secretOf(seedHex));
    const extra = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(extra, text, async (further, sub) => {
        fc.pre(!Object.keys(further).some((claim) => ['nbf', 'jti'].includes(claim)));
        const all: TokenClaims = { ...further, ...claims, sub };
        const token = await issueToken(all, { key, kid });
        expect((await verifyToken(token, options)).claims).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });
});

describe.each(backends)('the verifier on %s', (_name, backend) => {
  const outcome = async (token: string): Promise<string> => {
    try {
      await verifyToken(token, await verifier(backend));
      return 'accepted';
    } catch (error) {
      if (!isKeyfoldError(error)) throw error;
      return error.code;
    }
  };

  it('throws nothing but its own errors, and accepts nothing, for any text', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.json().map(base64urlOf),
      fc.constantFrom(
        base64urlOf('{"alg":"EdDSA","typ":"JWT","kid":"k1"}'),
        base64urlOf(JSON.stringify(claims)),
      ),
    );
    const tokens = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (token) => {
        expect(await outcome(token)).toBe('token_invalid');
      }),
      { numRuns: slowRuns(4) },
    );
  });

  it('throws nothing but its own errors for any signed JSON', async () => {
    const member = fc.constantFrom('iss', 'aud', 'exp', 'iat', 'nbf', 'sub', 'jti', 'toString');
    const payloads = fc.oneof(
      fc.json(),
      fc
        .dictionary(member, fc.oneof(fc.constantFrom<unknown>(...Object.values(claims), now), fc.jsonValue()))
        .map((some) => JSON.stringify({ ...claims, ...some })),
    );
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const token = await signed(backend, '{"alg":"EdDSA","typ":"JWT","kid":"k1"}', payload);
        expect(['accepted', 'token_invalid', 'token_expired']).toContain(await outcome(token));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a token in which any one character is another', async () => {
    using key = await openSigningKey(backend, secretOf(seedHex));
    const token = await issueToken(claims, { key, kid });
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(await outcome(token.slice(0, at) + other + token.slice(at + 1))).toBe('token_invalid');
    }
  });
});
