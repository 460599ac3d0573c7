import { issueToken, keyIdOf, openSigningKey, SecretBytes, toJsonWebKeySet } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import type { FakeTime } from './fake-time.ts';

export const issuer = 'https://login.example';
export const audience = 'billing';

/** A signing key, and the tokens it signs. */
export interface TokenIssuer {
  readonly kid: string;
  readonly verification: { readonly kid: string; readonly alg: 'EdDSA'; readonly publicKey: Uint8Array };
  /** A token that is good for an hour from then. */
  token(nowMs: number): Promise<string>;
}

export async function tokenIssuer(): Promise<TokenIssuer> {
  const key = await openSigningKey(nodeBackend, SecretBytes.random(32));
  const kid = await keyIdOf(nodeBackend, key.publicKey);
  return {
    kid,
    verification: { kid, alg: 'EdDSA', publicKey: key.publicKey },
    token: (nowMs) => {
      const iat = Math.floor(nowMs / 1_000);
      return issueToken({ iss: issuer, aud: audience, sub: 'u-17', iat, exp: iat + 3_600 }, { key, kid });
    },
  };
}

/** What an issuer publishes. */
export function publishedSet(issuers: readonly TokenIssuer[]): Uint8Array {
  const set = toJsonWebKeySet(issuers.map(({ verification }) => verification));
  return new TextEncoder().encode(JSON.stringify(set));
}

/** A good token of a fake time's now. */
export function tokenAt(of: TokenIssuer, time: FakeTime): Promise<string> {
  return of.token(time.now().wallMs);
}
