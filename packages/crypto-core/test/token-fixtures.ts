import {
  type Clock,
  type CryptoBackend,
  encodeBase64url,
  isKeyfoldError,
  openSigningKey,
  type TokenClaims,
  TokenInvalidError,
  type VerificationKey,
  type VerifyTokenOptions,
} from '../src/index.ts';
import { secretOf } from './fixtures.ts';

/** The private key of RFC 8037 appendix A.1. */
export const seedHex = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
/** The public key of RFC 8037 appendix A.2. */
export const publicKeyHex = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

/** When the fixtures' tokens are looked at, in seconds. */
export const now = 1_800_000_000;

export const kid = 'k1';

export const claims: TokenClaims = {
  iss: 'https://login.example',
  aud: 'billing',
  sub: 'u-17',
  iat: now - 60,
  exp: now + 840,
};

/** A clock that stands still. */
export function clockAt(wallMs: number): Clock {
  return { now: () => ({ wallMs, monotonicMs: 0 }) };
}

export async function verificationKey(backend: CryptoBackend): Promise<VerificationKey> {
  using key = await openSigningKey(backend, secretOf(seedHex));
  return { kid, alg: 'EdDSA', publicKey: key.publicKey };
}

/** What accepts a token of {@link claims}, or of what `changes` makes of it. */
export async function verifier(
  backend: CryptoBackend,
  changes: Partial<VerifyTokenOptions> = {},
): Promise<VerifyTokenOptions> {
  return {
    backend,
    keys: [await verificationKey(backend)],
    issuer: 'https://login.example',
    audience: 'billing',
    clock: clockAt(now * 1000),
    ...changes,
  };
}

export function base64urlOf(text: string): string {
  return encodeBase64url(new TextEncoder().encode(text));
}

/** A token with a right signature over any header and any claims, as text or bytes. */
export async function signed(
  backend: CryptoBackend,
  header: string | Uint8Array,
  payload: string | Uint8Array,
): Promise<string> {
  const part = (value: string | Uint8Array): string =>
    typeof value === 'string' ? base64urlOf(value) : encodeBase64url(value);
  const text = `${part(header)}.${part(payload)}`;
  using key = await openSigningKey(backend, secretOf(seedHex));
  return `${text}.${encodeBase64url(await key.sign(new TextEncoder().encode(text)))}`;
}

/** The reason of the refusal, or the code of another error of ours, or that there was none. */
export async function refusalOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (error instanceof TokenInvalidError) return error.reason;
    if (isKeyfoldError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}
