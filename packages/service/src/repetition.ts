/** Under which name a request is repeated: Idempotency-Keys of different principals have nothing to do with each other. */
export interface Repetition {
  readonly principalId: string;
  readonly idempotencyKey: string;
}

/** The table of requests that came with an Idempotency-Key, by the principal's id and the key. */
export const requestTable = 'api-key-requests';
