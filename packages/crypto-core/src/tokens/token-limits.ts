/** Longest token in bytes, unless the verifier says otherwise. */
export const defaultMaxTokenBytes = 8192;
/** Longest token that a verifier may allow, in bytes. */
export const greatestMaxTokenBytes: number = 64 * 1024;
/** Longest time between iat and exp in milliseconds (a day), unless issuer, verifier or rotation policy says otherwise. */
export const defaultMaxTokenLifetimeMs = 86_400_000;
/** Furthest that two clocks may be apart, in milliseconds (5 minutes). */
export const maxClockSkewMs = 300_000;
/** Deepest nesting of a token's header and claims. */
export const maxTokenJsonDepth = 8;

const typeForm = /^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$/;

/** Whether `value` can say what kind of token it is: 1 to 64 letters, digits, `+`, `-` and dots. */
export function isTokenType(value: unknown): value is string {
  return typeof value === 'string' && typeForm.test(value);
}
