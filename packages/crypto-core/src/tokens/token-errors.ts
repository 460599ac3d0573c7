import { type ErrorLayer, KeyfoldError } from '../keyfold-error.ts';

/** The codes of the errors about tokens and their keys. */
export type TokenErrorCode =
  | 'token_invalid'
  | 'token_expired'
  | 'key_set_invalid'
  | 'signing_key_unavailable';

/** Why a token is refused. */
export type TokenFault =
  /** No text, or longer than allowed. */
  | 'not_a_token'
  | 'too_long'
  /** Not three parts with dots between them: other serialisations, and encrypted tokens with their five parts. */
  | 'not_compact'
  /** A part is not canonical base64url: a second spelling of the same token. */
  | 'encoding'
  /** Header or claims are no strict JSON object. */
  | 'header_json'
  | 'claims_json'
  /** Members of the header. */
  | 'alg'
  | 'kid'
  | 'typ'
  | 'cty'
  | 'crit'
  | 'b64'
  | 'key_in_header'
  | 'encrypted'
  | 'unknown_header'
  /** No key of the key set has this kid: the one reason to fetch the set again, at a bounded rate. */
  | 'unknown_key'
  | 'signature'
  /** Claims: missing, of the wrong type or range, or not what is expected. */
  | 'claim_missing'
  | 'claim_malformed'
  | 'issuer'
  | 'audience'
  | 'not_yet_valid'
  | 'lifetime';

/** Why a set of public keys is refused. */
export type KeySetFault =
  | 'json'
  | 'shape'
  | 'too_many_keys'
  | 'kty'
  | 'crv'
  | 'alg'
  | 'use'
  | 'key_ops'
  | 'kid'
  | 'duplicate_kid'
  | 'private_member'
  | 'certificate_member'
  | 'encoding'
  | 'weak_key';

/** For each code, where its cause lies and the way out. */
export const tokenErrors: Readonly<
  Record<TokenErrorCode, { readonly layer: ErrorLayer; readonly hint: string }>
> = {
  token_invalid: {
    layer: 'auth',
    hint: 'Send the token exactly as it was issued, to the service it was issued for; else obtain a new one.',
  },
  token_expired: { layer: 'auth', hint: 'Obtain a new token.' },
  key_set_invalid: {
    layer: 'key',
    hint: 'Publish Ed25519 public keys only: kty OKP, crv Ed25519, use sig, alg EdDSA, each with a kid of its own.',
  },
  signing_key_unavailable: {
    layer: 'key',
    hint: 'Add a signing key to the set; after a revocation, one that signs immediately.',
  },
};

/** A token that is not accepted. Nothing of the token is in the message. */
export class TokenInvalidError extends KeyfoldError {
  readonly code = 'token_invalid';
  readonly reason: TokenFault;

  constructor(reason: TokenFault, message: string) {
    super(message, tokenErrors.token_invalid);
    this.reason = reason;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** A token that was good, and is over. */
export class TokenExpiredError extends KeyfoldError {
  readonly code = 'token_expired';
  constructor(message: string) {
    super(message, tokenErrors.token_expired);
  }
}

/** A set of public keys that is not taken over, not even in part. */
export class KeySetInvalidError extends KeyfoldError {
  readonly code = 'key_set_invalid';
  readonly reason: KeySetFault;
  /** The key's place in the set, from 0, where it is one key's fault. */
  readonly position: number | undefined;

  constructor(reason: KeySetFault, message: string, position?: number) {
    super(message, tokenErrors.key_set_invalid);
    this.reason = reason;
    this.position = position;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), reason: this.reason, position: this.position };
  }
}

/** No key of the set may sign now. */
export class SigningKeyUnavailableError extends KeyfoldError {
  readonly code = 'signing_key_unavailable';
  constructor(message: string) {
    super(message, tokenErrors.signing_key_unavailable);
  }
}
