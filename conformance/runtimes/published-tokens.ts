import {
  type Clock,
  type CryptoBackend,
  issueToken,
  openSigningKey,
  parseJsonWebKeySet,
  toJsonWebKeySet,
  verifyToken,
} from '@keyfold/crypto-core';
import tokens from '../../docs/formats/vectors/tokens.json' with { type: 'json' };
import { secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import { refusal } from './published-shares.ts';

const utf8 = new TextEncoder();

/** A clock that stands still. */
export function clockAt(seconds: number): Clock {
  return { now: () => ({ wallMs: seconds * 1000, monotonicMs: 0 }) };
}

/** Published tokens and key sets: issued alike, accepted, refused by name. */
export async function checkTokens(checks: Checks, backend: CryptoBackend): Promise<void> {
  const published = JSON.stringify(tokens.keySet);
  const keys = parseJsonWebKeySet(utf8.encode(published));
  const { issuer, audience, now } = tokens;
  const verify = (token: string) =>
    verifyToken(token, { backend, keys, issuer, audience, clock: clockAt(now) });
  const key = await openSigningKey(backend, secretOf(tokens.seed));
  const kid = keys[0]?.kid ?? '';

  await checks.equal('tokens.json, the key set', published, () =>
    JSON.stringify(toJsonWebKeySet([{ kid, alg: 'EdDSA', publicKey: key.publicKey }])),
  );
  for (const { name, claims, token } of tokens.accepted) {
    await checks.equal(`tokens.json ${name}, issued`, token, () => issueToken(claims, { key, kid }));
    await checks.equal(`tokens.json ${name}`, JSON.stringify(claims), async () =>
      JSON.stringify((await verify(token)).claims),
    );
  }
  for (const { name, token, reason } of tokens.refused) {
    // A token that is over is refused by an error of its own, which has no reason.
    const what = reason === 'token_expired' ? 'code' : 'reason';
    await checks.equal(`tokens.json ${name}`, reason, () => refusal(() => verify(token), what));
  }
  for (const { name, keySet, kids } of tokens.keySets.accepted) {
    await checks.equal(`tokens.json ${name}`, kids.join(), () =>
      parseJsonWebKeySet(utf8.encode(keySet))
        .map((each) => each.kid)
        .join(),
    );
  }
  for (const { name, keySet, reason } of tokens.keySets.refused) {
    const parse = () => parseJsonWebKeySet(utf8.encode(keySet));
    await checks.equal(`tokens.json ${name}`, reason, () => refusal(parse, 'reason'));
  }
}
