import { issueToken, keyIdOf, openSigningKey, SecretBytes, toJsonWebKeySet } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { tokenExpectations } from './target.ts';

/** An issuer's published key set, as text, and a token that is good for an hour. */
export async function openIssuer() {
  const key = await openSigningKey(nodeBackend, SecretBytes.random(32));
  const kid = await keyIdOf(nodeBackend, key.publicKey);
  const { issuer: iss, audience: aud } = tokenExpectations;
  const iat = Math.floor(Date.now() / 1_000);
  return {
    keySet: JSON.stringify(toJsonWebKeySet([{ kid, alg: 'EdDSA', publicKey: key.publicKey }])),
    token: await issueToken({ iss, aud, sub: 'u-17', iat, exp: iat + 3_600 }, { key, kid }),
  };
}
