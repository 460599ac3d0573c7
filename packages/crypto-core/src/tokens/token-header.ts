import { isKeyId } from './key-id.ts';
import type { TokenAlgorithm } from './key-set.ts';
import { type TokenFault, TokenInvalidError } from './token-errors.ts';

/** A token's header, of which nothing but the form has been checked. */
export interface TokenHeader {
  readonly alg: TokenAlgorithm;
  readonly kid: string;
  readonly typ: string;
}

/** Members with which others have been misled, each refused by its name. */
const refusedMembers: Readonly<Record<string, TokenFault>> = {
  crit: 'crit', // RFC 7515 §4.1.11: no extension is understood
  b64: 'b64', // RFC 7797
  cty: 'cty', // nested tokens
  enc: 'encrypted',
  zip: 'encrypted',
  jku: 'key_in_header', // RFC 8725 §3.10: a key is never taken from, or fetched for, the token that it verifies
  jwk: 'key_in_header',
  x5u: 'key_in_header',
  x5c: 'key_in_header',
  x5t: 'key_in_header',
  'x5t#S256': 'key_in_header',
};

const knownMembers: ReadonlySet<string> = /* @__PURE__ */ new Set(['alg', 'kid', 'typ']);

/**
 * The members of a header that is exactly alg, kid and typ.
 *
 * @param type what typ must say
 * @throws {@link TokenInvalidError}
 */
export function checkHeader(header: Readonly<Record<string, unknown>>, type: string): TokenHeader {
  for (const name of Object.keys(header)) {
    const fault = Object.hasOwn(refusedMembers, name) ? refusedMembers[name] : undefined;
    if (fault !== undefined) throw new TokenInvalidError(fault, `The token's header has the member ${name}.`);
  }
  const { alg, kid, typ } = header;
  if (alg !== 'EdDSA') throw new TokenInvalidError('alg', 'The token is not signed with EdDSA.');
  if (!isKeyId(kid)) throw new TokenInvalidError('kid', 'The token has no kid, or one of another form.');
  if (typ !== type) throw new TokenInvalidError('typ', `The token's typ is not ${type}.`);
  if (!Object.keys(header).every((name) => knownMembers.has(name))) {
    throw new TokenInvalidError('unknown_header', "The token's header has a member that is not known.");
  }
  return { alg, kid, typ: type };
}
