import { describe, expect, it } from 'vitest';
import {
  issueToken,
  keyIdOf,
  openSigningKey,
  parseJsonWebKeySet,
  TokenExpiredError,
  TokenInvalidError,
  toJsonWebKeySet,
  verifyToken,
} from '../src/index.ts';
import { backends } from './backends.ts';
import { bytesOf, secretOf } from './fixtures.ts';
import {
  base64urlOf,
  claims,
  clockAt,
  kid,
  now,
  publicKeyHex,
  refusalOf,
  seedHex,
  signed,
  verificationKey,
  verifier,
} from './token-fixtures.ts';

const header = '{"alg":"EdDSA","typ":"JWT","kid":"k1"}';

describe.each(backends)('tokens on %s', (_name, backend) => {
  const refusal = async (token: string, changes = {}): Promise<string> =>
    refusalOf(async () => verifyToken(token, await verifier(backend, changes)));
  const withHeader = async (members: string): Promise<string> =>
    refusal(
      await signed(backend, `{"alg":"EdDSA","typ":"JWT","kid":"k1"${members}}`, JSON.stringify(claims)),
    );
  const withClaims = async (changes: object, options = {}): Promise<string> =>
    refusal(await signed(backend, header, JSON.stringify({ ...claims, ...changes })), options);
  const withRawClaims = async (payload: string | Uint8Array): Promise<string> =>
    refusal(await signed(backend, header, payload));
  const issued = async (): Promise<string> => {
    using key = await openSigningKey(backend, secretOf(seedHex));
    return issueToken(claims, { key, kid });
  };

  it('are accepted as they were issued', async () => {
    const token = await issued();
    expect(await verifyToken(token, await verifier(backend))).toEqual({ kid, claims });
    expect(token).toBe(await signed(backend, header, JSON.stringify(claims)));
  });

  it('say what kind of token they are, and are no other kind', async () => {
    using key = await openSigningKey(backend, secretOf(seedHex));
    const token = await issueToken(claims, { key, kid, type: 'session+jwt' });
    expect(await refusal(token, { type: 'session+jwt' })).toBe('accepted');
    expect(await refusal(token)).toBe('typ');
    expect(await refusal(await issued(), { type: 'session+jwt' })).toBe('typ');
  });

  it.each(['none', 'None', 'NONE', '', 'HS256', 'RS256', 'ES256', 'Ed25519', 'eddsa', 'EdDSA '])(
    'with alg %j are refused, with or without a signature (THREATS 4)',
    async (alg) => {
      const text = JSON.stringify({ alg, typ: 'JWT', kid });
      expect(await refusal(await signed(backend, text, JSON.stringify(claims)))).toBe('alg');
      expect(await refusal(`${base64urlOf(text)}.${base64urlOf(JSON.stringify(claims))}.`)).toBe('alg');
    },
  );

  it('with an HMAC under the public key as their signature are refused', async () => {
    const { publicKey } = await verificationKey(backend);
    const text = `${base64urlOf('{"alg":"HS256","typ":"JWT","kid":"k1"}')}.${base64urlOf(JSON.stringify(claims))}`;
    const mac = await backend.hmacSha256(
      secretOf(Buffer.from(publicKey).toString('hex')),
      new TextEncoder().encode(text),
    );
    expect(await refusal(`${text}.${Buffer.from(mac).toString('base64url')}`)).toBe('alg');
  });

  it.each([
    '"../../etc/passwd"',
    `"' OR 1=1 --"`,
    '"https://evil.example/key"',
    JSON.stringify('k'.repeat(65)),
    JSON.stringify('k'.repeat(5_000)),
    '7',
    'null',
    '["k1"]',
    '""',
    '"k1\\u0000"',
    '"k1\\n"',
  ])('with kid %.30s are refused by its form alone (5)', async (value) => {
    const text = `{"alg":"EdDSA","typ":"JWT","kid":${value}}`;
    expect(await refusal(await signed(backend, text, JSON.stringify(claims)))).toBe('kid');
  });

  it('of a key that is not there say so, which is the one reason to fetch the keys again', async () => {
    expect(await refusal(await signed(backend, header.replace('k1', 'k2'), JSON.stringify(claims)))).toBe(
      'unknown_key',
    );
    expect(await refusal(await issued(), { keys: [] })).toBe('unknown_key');
  });

  it.each([
    [',"kid":"k1"', 'header_json'],
    [',"jku":"https://evil.example"', 'key_in_header'],
    [',"jwk":{"kty":"OKP"}', 'key_in_header'],
    [',"x5u":"https://evil.example"', 'key_in_header'],
    [',"x5c":[]', 'key_in_header'],
    [',"x5t":""', 'key_in_header'],
    [',"x5t#S256":""', 'key_in_header'],
    [',"crit":[]', 'crit'],
    [',"crit":["exp"]', 'crit'],
    [',"b64":false', 'b64'],
    [',"b64":true', 'b64'],
    [',"cty":"JWT"', 'cty'],
    [',"enc":"A256GCM"', 'encrypted'],
    [',"zip":"DEF"', 'encrypted'],
    [',"foo":1', 'unknown_header'],
    [',"constructor":1', 'unknown_header'],
    [',"__proto__":{"typ":"JWT"}', 'header_json'],
  ])('with %s in the header are refused as %s (5, 6)', async (members, reason) => {
    expect(await withHeader(members)).toBe(reason);
  });

  it.each([
    '{"alg":"EdDSA","kid":"k1"}',
    '{"alg":"EdDSA","typ":"jwt","kid":"k1"}',
    '{"alg":"EdDSA","typ":1,"kid":"k1"}',
  ])('with the header %s have not the right typ (6)', async (text) => {
    expect(await refusal(await signed(backend, text, JSON.stringify(claims)))).toBe('typ');
  });

  it.each(['[]', 'null', '"a"', '1', '', '{', '\ufeff{}'])(
    'with header or claims %j are refused',
    async (text) => {
      expect(await refusal(await signed(backend, text, '{}'))).toBe('header_json');
      expect(await withRawClaims(text)).toBe('claims_json');
    },
  );

  it('in other serialisations, encrypted, or with other numbers of dots are refused (6)', async () => {
    const token = await issued();
    const [protectedHeader, payload, signature] = token.split('.');
    for (const other of [
      JSON.stringify({ protected: protectedHeader, payload, signature }),
      `${token}.`,
      `.${token}`,
      `${token}.a.b`,
      `${protectedHeader}.${payload}`,
      '',
      '.',
    ]) {
      expect(await refusal(other), other).toBe('not_compact');
    }
    expect(await refusal(`..`)).toBe('header_json');
    expect(await refusal(`${protectedHeader}..${signature}`)).toBe('signature');
    expect(await refusal(`${protectedHeader}.${payload}.`)).toBe('signature');
    // @ts-expect-error: not a string
    expect(await refusal(7)).toBe('not_a_token');
  });

  it('have one spelling: white space, padding and spare bits are refused in every part (8)', async () => {
    const token = await issued();
    const parts = token.split('.');
    for (const i of [0, 1, 2]) {
      for (const change of [
        (part: string): string => `${part} `,
        (part: string): string => `${part}\n`,
        (part: string): string => ` ${part}`,
        (part: string): string => `${part}=`,
        (part: string): string => `${part}==`,
        (part: string): string => `${part.slice(0, 2)}\t${part.slice(2)}`,
        (part: string): string => `${part.slice(0, -1)}+`,
        (part: string): string => `${part.slice(0, -1)}/`,
      ]) {
        const spelled = parts.with(i, change(parts[i] ?? '')).join('.');
        expect(await refusal(spelled)).toBe('encoding');
      }
    }
    // 64 bytes leave four spare bits in the last character of a signature.
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = alphabet[alphabet.indexOf(last) + 1] ?? '';
    expect(await refusal(token.slice(0, -1) + twin)).toBe('encoding');
  });

  it('are refused after any change of one bit of the signature, and of any part', async () => {
    const [protectedHeader = '', payload = '', signature = ''] = (await issued()).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const token = `${protectedHeader}.${payload}.${flipped.toString('base64url')}`;
      expect(await refusal(token)).toBe('signature');
    }
    const other = base64urlOf(JSON.stringify({ ...claims, sub: 'admin' }));
    expect(await refusal(`${protectedHeader}.${other}.${signature}`)).toBe('signature');
    for (const cut of [bytes.subarray(0, 63), Buffer.concat([bytes, Buffer.alloc(1)])]) {
      expect(await refusal(`${protectedHeader}.${payload}.${cut.toString('base64url')}`)).toBe('signature');
    }
  });

  it.each<[string, object, string]>([
    ['exp as text', { exp: `${now + 60}` }, 'claim_malformed'],
    ['exp as a fraction', { exp: now + 0.5 }, 'claim_malformed'],
    ['exp negative', { exp: -1 }, 'claim_malformed'],
    ['exp beyond the year 9999', { exp: 253_402_300_800 }, 'claim_malformed'],
    ['exp null', { exp: null }, 'claim_malformed'],
    ['exp missing', { exp: undefined }, 'claim_missing'],
    ['iat as text', { iat: `${now}` }, 'claim_malformed'],
    ['iat missing', { iat: undefined }, 'claim_missing'],
    ['nbf as a fraction', { nbf: now - 0.5 }, 'claim_malformed'],
    ['nbf null', { nbf: null }, 'claim_malformed'],
    ['another aud', { aud: 'billing2' }, 'audience'],
    ['aud in another case', { aud: 'Billing' }, 'audience'],
    ['aud as a list', { aud: ['billing'] }, 'claim_malformed'],
    ['aud empty', { aud: '' }, 'claim_malformed'],
    ['aud an empty list', { aud: [] }, 'claim_malformed'],
    ['aud missing', { aud: undefined }, 'claim_missing'],
    ['another iss', { iss: 'https://login.example/' }, 'issuer'],
    ['iss missing', { iss: undefined }, 'claim_missing'],
    ['iss a number', { iss: 1 }, 'claim_malformed'],
    ['sub a number', { sub: 17 }, 'claim_malformed'],
    ['jti empty', { jti: '' }, 'claim_malformed'],
    ['exp before iat', { iat: now - 10, exp: now - 20 }, 'lifetime'],
    ['exp as iat', { iat: now - 10, exp: now - 10 }, 'lifetime'],
    ['a life of more than a day', { exp: now - 60 + 86_401 }, 'lifetime'],
    ['a life of a day', { exp: now - 60 + 86_400 }, 'accepted'],
    ['iat ahead', { iat: now + 1 }, 'not_yet_valid'],
    ['iat ahead, nbf not', { iat: now + 1, nbf: now - 60 }, 'not_yet_valid'],
    ['nbf ahead', { nbf: now + 1 }, 'not_yet_valid'],
    ['nbf reached', { nbf: now }, 'accepted'],
    ['exp reached', { exp: now }, 'token_expired'],
    ['exp in a second', { exp: now + 1 }, 'accepted'],
  ])('with %s (7)', async (_what, changes, outcome) => {
    expect(await withClaims(changes)).toBe(outcome);
  });

  it.each([
    ['{"iss":"a","iss":"https://login.example"}'],
    [`{"exp":1e400}`],
    [`{"exp":NaN}`],
    [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`.slice(0, 5_000)],
    ['{"a":[[[[[[[[]]]]]]]]}'],
    ['{"sub":"\\ud800"}'],
    ['{"__proto__":{}}'],
  ])('with claims %.40s are refused and nothing crashes (7)', async (payload) => {
    expect(await withRawClaims(payload)).toBe('claims_json');
  });

  it('with invalid UTF-8 in header or claims are refused (7)', async () => {
    expect(await withRawClaims(Uint8Array.of(0x7b, 0xff, 0x7d))).toBe('claims_json');
    expect(await refusal(await signed(backend, Uint8Array.of(0x7b, 0xff, 0x7d), '{}'))).toBe('header_json');
  });

  it('do not have their claims parsed before the signature is right', async () => {
    const [protectedHeader, , signature] = (await issued()).split('.');
    expect(await refusal(`${protectedHeader}.${base64urlOf('no json')}.${signature}`)).toBe('signature');
  });

  it('are refused above the longest length, before anything is decoded', async () => {
    expect(await refusal('!'.repeat(8_193))).toBe('too_long');
    expect(await refusal('!'.repeat(8_192))).toBe('not_compact');
    expect(await refusal(await issued(), { maxTokenBytes: 100 })).toBe('too_long');
  });

  it('may come from a clock that is off by the granted skew, and not by more', async () => {
    const options = { clockSkewMs: 30_000 };
    expect(await withClaims({ exp: now - 29 }, options)).toBe('accepted');
    expect(await withClaims({ exp: now - 30 }, options)).toBe('token_expired');
    expect(await withClaims({ iat: now + 30, exp: now + 60 }, options)).toBe('accepted');
    expect(await withClaims({ iat: now + 31, exp: now + 60 }, options)).toBe('not_yet_valid');
  });

  it('are not accepted by a broken clock', async () => {
    expect(await refusal(await issued(), { clock: clockAt(Number.NaN) })).toBe('not_yet_valid');
  });

  it('have the claims that the verifier asks for', async () => {
    expect(await withClaims({}, { requiredClaims: ['jti'] })).toBe('claim_missing');
    expect(await withClaims({ jti: 'a' }, { requiredClaims: ['jti'] })).toBe('accepted');
    expect(await withClaims({}, { requiredClaims: ['toString'] })).toBe('claim_missing');
    expect(await withClaims({ role: null }, { requiredClaims: ['role'] })).toBe('claim_missing');
    expect(await withClaims({ role: null })).toBe('accepted');
    expect(await withClaims({ role: false }, { requiredClaims: ['role'] })).toBe('accepted');
  });

  it.each([
    { clockSkewMs: 300_001 },
    { clockSkewMs: -1 },
    { clockSkewMs: Number.NaN },
    { maxTokenBytes: 65_537 },
    { maxLifetimeMs: 0 },
    { issuer: '' },
    { audience: '' },
    { type: 'a b' },
  ])('are not verified with %j', async (changes) => {
    expect(await refusal(await issued(), changes)).toBe('invalid_argument');
  });

  it('are not verified by a key whose own record has another algorithm', async () => {
    const key = await verificationKey(backend);
    expect(await refusal(await issued(), { keys: [{ ...key, alg: 'ES256' }] })).toBe('alg');
  });

  it('are not verified with two keys of one kid', async () => {
    const key = await verificationKey(backend);
    expect(await refusal(await issued(), { keys: [key, key] })).toBe('invalid_argument');
  });

  it.each<[string, object]>([
    ['no exp', { exp: undefined }],
    ['a fraction', { iat: now + 0.5 }],
    ['a list of audiences', { aud: ['billing'] }],
    ['exp before iat', { exp: now - 61 }],
    ['an empty issuer', { iss: '' }],
  ])('are not issued with %s', async (_what, changes) => {
    using key = await openSigningKey(backend, secretOf(seedHex));
    const call = issueToken(Object.assign({ ...claims }, changes), { key, kid });
    await expect(call).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('are not issued with a kid, a type or a size that no verifier accepts', async () => {
    using key = await openSigningKey(backend, secretOf(seedHex));
    for (const [content, options] of [
      [claims, { key, kid: '../k' }],
      [claims, { key, kid, type: 'a"b' }],
      [
        { ...claims, large: 'a'.repeat(8_000) },
        { key, kid },
      ],
      [
        { ...claims, number: 2 ** 53 },
        { key, kid },
      ],
      [
        { ...claims, deep: [[[[[[[[]]]]]]]] },
        { key, kid },
      ],
      [Object.defineProperty({ ...claims }, '__proto__', { value: 1, enumerable: true }), { key, kid }],
    ] as const) {
      await expect(issueToken(content, options)).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    await expect(issueToken({ ...claims, text: '\ud800' }, { key, kid })).rejects.toMatchObject({
      code: 'unsupported_value',
    });
  });

  it('are not issued for longer than a day, or than the issuer allows', async () => {
    using key = await openSigningKey(backend, secretOf(seedHex));
    const { iat } = claims;
    const day = { ...claims, exp: iat + 86_400 };
    expect(await refusal(await issueToken(day, { key, kid }))).toBe('accepted');
    for (const [exp, options] of [
      [iat + 86_401, {}],
      [iat + 901, { maxLifetimeMs: 900_000 }],
      [iat + 1, { maxLifetimeMs: Number.NaN }],
      [iat + 1, { maxLifetimeMs: Number.POSITIVE_INFINITY }],
    ] as const) {
      const call = issueToken({ ...claims, exp }, { key, kid, ...options });
      await expect(call).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    const week = await issueToken(
      { ...claims, exp: iat + 604_800 },
      { key, kid, maxLifetimeMs: 604_800_000 },
    );
    expect(await refusal(week)).toBe('lifetime');
    expect(await refusal(week, { maxLifetimeMs: 604_800_000 })).toBe('accepted');
  });

  it('name their key by its thumbprint (RFC 8037 appendix A.3)', async () => {
    expect(await keyIdOf(backend, bytesOf(publicKeyHex))).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('verify with a published key set', async () => {
    const published = JSON.stringify(toJsonWebKeySet([await verificationKey(backend)]));
    const keys = parseJsonWebKeySet(new TextEncoder().encode(published));
    expect(await refusal(await issued(), { keys })).toBe('accepted');
  });
});

describe('errors about tokens', () => {
  it('hold nothing of the token', async () => {
    const [[, backend] = []] = backends;
    if (backend === undefined) throw new Error('no backend');
    const token = await signed(backend, header, JSON.stringify({ ...claims, iss: 'secret-issuer' }));
    const error: unknown = await verifyToken(token, await verifier(backend)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TokenInvalidError);
    expect(`${error} ${JSON.stringify(error)}`).not.toMatch(/secret-issuer|eyJ/);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: 'token_invalid', reason: 'issuer' });
  });

  it('tell a token that is over from one that was never good', async () => {
    const [[, backend] = []] = backends;
    if (backend === undefined) throw new Error('no backend');
    const token = await signed(backend, header, JSON.stringify({ ...claims, exp: now - 1 }));
    await expect(verifyToken(token, await verifier(backend))).rejects.toBeInstanceOf(TokenExpiredError);
  });
});
