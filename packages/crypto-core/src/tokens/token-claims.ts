import type { JsonValue } from '../plaintext.ts';

/** What a token says. Times are seconds since 1970, integers (RFC 7519 §2, NumericDate). */
export interface TokenClaims {
  /** Who issued it (RFC 7519 §4.1.1). */
  readonly iss: string;
  /** For whom: one audience (§4.1.3). Lists are refused. */
  readonly aud: string;
  /** When it ends (§4.1.4). */
  readonly exp: number;
  /** When it was issued (§4.1.6). */
  readonly iat: number;
  /** When it begins (§4.1.5). */
  readonly nbf?: number;
  /** Whom it is about (§4.1.2). */
  readonly sub?: string;
  /** Its own name, for revocation (§4.1.7). */
  readonly jti?: string;
  readonly [name: string]: JsonValue | undefined;
}

/** Last second of the year 9999: no date beyond it has a spelling in common formats. */
export const maxNumericDate = 253_402_300_799;

/** Whether `value` is a time that a token may hold. */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxNumericDate;
}

/** What a registered claim must be, if it is there. */
export const claimForms: Readonly<Record<string, (value: unknown) => boolean>> = {
  iss: isText,
  aud: isText,
  sub: isText,
  jti: isText,
  exp: isNumericDate,
  iat: isNumericDate,
  nbf: isNumericDate,
};

/** Claims that every token has. */
export const alwaysRequired: readonly string[] = ['iss', 'aud', 'exp', 'iat'];

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
