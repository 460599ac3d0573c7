/** Names of the HTTP headers that the encryption API gives a meaning, in lower case. */
export const headerNames = {
  /** `Bearer kf_<role>_<secret>`; a key never travels in a URL. */
  authorization: 'authorization',
  contentType: 'content-type',
  /** Echoed in every answer and in every error body; name it when you report a problem. */
  requestId: 'x-request-id',
  /** Repeating an operation that takes it, with the same value and the same body, has one effect. */
  idempotencyKey: 'idempotency-key',
} as const;
