/** The identifiers whose form both ends check. */
export type IdentifierKind = 'tenant' | 'service' | 'apiKey' | 'idempotencyKey' | 'requestId';

/** The forms of identifiers: anchored, without choices that overlap, so that matching is linear in the input. */
export const identifierPatterns: Readonly<Record<IdentifierKind, RegExp>> = {
  /** 1–63 characters: lower-case letters, digits, `-`, `_`; begins with a letter or a digit. */
  tenant: /^[a-z0-9][a-z0-9_-]{0,62}$/,
  /** As for tenants. */
  service: /^[a-z0-9][a-z0-9_-]{0,62}$/,
  /** The public part of an API key: `kf_<role>_` and the first 8 characters of its secret. */
  apiKey: /^kf_(?:admin|application)_[A-Za-z0-9_-]{8}$/,
  /** A value of the `Idempotency-Key` header. */
  idempotencyKey: /^[A-Za-z0-9._:-]{1,128}$/,
  /** A value of the `X-Request-Id` header. */
  requestId: /^[A-Za-z0-9._:-]{1,128}$/,
};
