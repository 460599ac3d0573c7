import { alwaysRequired, claimForms, type TokenClaims } from './token-claims.ts';
import { TokenExpiredError, type TokenFault, TokenInvalidError } from './token-errors.ts';

/** What a verifier expects of a token's claims. */
export interface ExpectedClaims {
  readonly issuer: string;
  readonly audience: string;
  readonly requiredClaims: readonly string[];
  readonly clockSkewMs: number;
  readonly maxLifetimeMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * The claims, if they are all that is expected (RFC 7519 §4.1, RFC 8725 §3.8 and §3.9).
 *
 * @throws {@link TokenInvalidError}
 * @throws {@link TokenExpiredError}
 */
export function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  expected: ExpectedClaims,
): TokenClaims {
  requireForms(claims, [...alwaysRequired, ...expected.requiredClaims]);
  const { iss, aud, exp, iat, nbf = iat } = claims;
  const { nowMs, clockSkewMs } = expected;
  if (iss !== expected.issuer) throw refusal('issuer', 'The token is of another issuer.');
  if (aud !== expected.audience) throw refusal('audience', 'The token is for another audience.');
  if (exp <= iat || (exp - iat) * 1000 > expected.maxLifetimeMs) {
    throw refusal('lifetime', 'The token ends before it begins, or lives too long.');
  }
  // Written so that a clock that answers NaN lets nothing pass.
  if (!(Math.max(iat, nbf) * 1000 <= nowMs + clockSkewMs)) {
    throw refusal('not_yet_valid', 'The token is not valid yet.');
  }
  // "on or after" exp it is over (RFC 7519 §4.1.4)
  if (!(nowMs < exp * 1000 + clockSkewMs)) throw new TokenExpiredError('The token is over.');
  return claims;
}

function requireForms(
  claims: Readonly<Record<string, unknown>>,
  required: readonly string[],
): asserts claims is TokenClaims {
  for (const name of required) {
    // Null says that there is none; a registered claim that is null is malformed, below.
    const isMissing =
      !Object.hasOwn(claims, name) || (claims[name] === null && !Object.hasOwn(claimForms, name));
    if (isMissing) throw refusal('claim_missing', `The token has no claim ${name}.`);
  }
  for (const [name, isRight] of Object.entries(claimForms)) {
    if (Object.hasOwn(claims, name) && !isRight(claims[name])) {
      throw refusal('claim_malformed', `The token's claim ${name} is of the wrong type or out of range.`);
    }
  }
}

function refusal(fault: TokenFault, message: string): TokenInvalidError {
  return new TokenInvalidError(fault, message);
}
