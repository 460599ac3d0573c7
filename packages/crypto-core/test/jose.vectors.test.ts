import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import {
  KeySetInvalidError,
  openSigningKey,
  parseJsonWebKeySet,
  SecretBytes,
  verifyEd25519,
  verifyToken,
} from '../src/index.ts';
import { backends } from './backends.ts';
import { refusalOf, verificationKey, verifier } from './token-fixtures.ts';

/*
 * Published JOSE vectors. This package signs with EdDSA and nothing else, so all others must be refused, and by the named
 * reason: a key set before its token is even looked at, a token by its algorithm.
 */

interface JwkSet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}
interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public?: JwkSet;
    readonly private: JwkSet;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: string }[];
  }[];
}
interface CookbookJws {
  readonly input: { readonly payload: string; readonly key: { readonly x?: string; readonly d?: string } };
  readonly signing: { readonly 'sig-input': string; readonly sig: string };
  readonly output: { readonly compact?: string; readonly json: unknown; readonly json_flat?: unknown };
}

/** Why the set of each group's keys is refused. Ed25519 is not among them, so none is accepted, "valid" or not. */
const wycheproofReasons: Readonly<Record<string, string>> = {
  jws_mixedSymmetryKeyset: 'private_member',
  jws_keyset: 'private_member',
  jws_duplicate_kid: 'private_member',
  rs256: 'kty',
  jws_rsa_roca_key: 'kty',
  keysize_too_small: 'kty',
  exponentOne: 'kty',
  HS256: 'private_member',
  HS384: 'private_member',
  HS512: 'private_member',
  wrong_algorithm: 'kty',
  invalid_algorithm: 'kty',
  invalid_use: 'kty',
  invalid_point: 'kty',
  wrong_curve: 'kty',
  wrong_kty: 'kty',
  invalid_aes_gcm_key: 'private_member',
  invalid_aes_kw_key: 'private_member',
};

const cookbookKeys: Readonly<Record<string, string>> = {
  '3_1.ec_public_key': 'kty',
  '3_2.ec_private_key': 'private_member',
  '3_3.rsa_public_key': 'kty',
  '3_4.rsa_private_key': 'private_member',
  '3_5.symmetric_key_mac_computation': 'private_member',
  '3_6.symmetric_key_encryption': 'private_member',
};

/** Signed with RS256, PS384, ES512 and HS256; the last three have no compact form, or not with their payload. */
const cookbookTokens: Readonly<Record<string, string>> = {
  '4_1.rsa_v15_signature': 'alg',
  '4_2.rsa-pss_signature': 'alg',
  '4_3.ecdsa_signature': 'alg',
  '4_4.hmac-sha2_integrity_protection': 'alg',
  '4_5.signature_with_detached_content': 'alg',
  '4_6.protecting_specific_header_fields': 'not_compact',
  '4_7.protecting_content_only': 'not_compact',
  '4_8.multiple_signatures': 'not_compact',
};

function reasonOf(set: unknown): string {
  try {
    parseJsonWebKeySet(new TextEncoder().encode(JSON.stringify(set)));
  } catch (error) {
    if (error instanceof KeySetInvalidError) return error.reason;
    throw error;
  }
  return 'accepted';
}

function load<T>(path: string, use: (content: T) => void | Promise<void>): void | Promise<void> {
  const file = evidence.vectors(path);
  if (!file.found) return evidence.missing(file.path);
  return use(file.json() as T);
}

describe.each(backends)('JOSE vectors on %s', (name, backend) => {
  const refusal = async (token: string): Promise<string> =>
    refusalOf(async () => verifyToken(token, await verifier(backend)));

  it('of Wycheproof: no key set but ours is taken over, and no token but ours', () =>
    load<Wycheproof>('wycheproof/json_web_key_test.json', async (vectors) => {
      let ran = 0;
      for (const group of vectors.testGroups) {
        const set = group.public ?? group.private;
        expect(reasonOf(set), group.comment).toBe(wycheproofReasons[group.comment]);
        for (const { jws, tcId } of group.tests) {
          // Even if our own key had the token's kid.
          expect(await refusal(jws), `${tcId}`).toBe('alg');
          ran++;
        }
      }
      evidence.report(`wycheproof/json_web_key_test.json on ${name}`, ran);
      expect(ran).toBe(vectors.numberOfTests);
    }));

  it('of Wycheproof: duplicate kids are refused among Ed25519 keys too', async () => {
    const { publicKey } = await verificationKey(backend);
    const x = Buffer.from(publicKey).toString('base64url');
    const jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'kid-aes-sign', x };
    expect(reasonOf({ keys: [jwk, jwk] })).toBe('duplicate_kid');
  });

  it('of RFC 8037: the same public key, the same signature, which verifies', () =>
    load<CookbookJws>('jose-cookbook/curve25519/jws.json', async ({ input, signing, output }) => {
      const seed = SecretBytes.take(Buffer.from(input.key.d ?? '', 'base64url'));
      using key = await openSigningKey(backend, seed);
      expect(Buffer.from(key.publicKey).toString('base64url')).toBe(input.key.x);
      const data = new TextEncoder().encode(signing['sig-input']);
      expect(Buffer.from(await key.sign(data)).toString('base64url')).toBe(signing.sig);
      const signature = Buffer.from(signing.sig, 'base64url');
      expect(await verifyEd25519(backend, key.publicKey, data, signature)).toBe(true);
      // As a token it is refused: it names no key, and is no JWT. Its JSON forms are refused as such.
      expect(await refusal(output.compact ?? '')).toBe('kid');
      expect(await refusal(JSON.stringify(output.json))).toBe('not_compact');
      expect(await refusal(JSON.stringify(output.json_flat))).toBe('not_compact');
      expect(reasonOf({ keys: [{ ...input.key, kid: 'k1' }] })).toBe('private_member');
      expect(reasonOf({ keys: [{ ...input.key, kid: 'k1', d: undefined }] })).toBe('accepted');
      evidence.report(`jose-cookbook/curve25519/jws.json on ${name}`, 1);
    }));

  it.each(Object.entries(cookbookTokens))('of RFC 7520: %s is refused as %s', (file, reason) =>
    load<CookbookJws>(`jose-cookbook/jws/${file}.json`, async ({ output }) => {
      if (output.compact !== undefined) expect(await refusal(output.compact)).toBe(reason);
      expect(await refusal(JSON.stringify(output.json))).toBe('not_compact');
      if (output.json_flat !== undefined) {
        expect(await refusal(JSON.stringify(output.json_flat))).toBe('not_compact');
      }
      evidence.report(`jose-cookbook/jws/${file}.json on ${name}`, 1);
    }),
  );
});

it.each(Object.entries(cookbookKeys))('RFC 7517: the key %s is refused by its %s', (file, reason) =>
  load<Readonly<Record<string, unknown>>>(`jose-cookbook/jwk/${file}.json`, (jwk) => {
    expect(reasonOf({ keys: [jwk] })).toBe(reason);
    evidence.report(`jose-cookbook/jwk/${file}.json`, 1);
  }),
);
