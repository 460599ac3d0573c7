import {
  type Awaitable,
  type CryptoBackend,
  type DataKeyHeader,
  type DataKeyOpener,
  type DataKeySealer,
  isKeyfoldError,
  SecretBytes,
} from '../src/index.ts';

/** What is the same of backends that answer at once and of those that answer later. */

/** The code of the KeyfoldError that `call` throws or rejects with, or that it did neither. */
export async function codeOf(call: () => Awaitable<unknown>): Promise<string> {
  return (await failureOf(call))?.split(':')[0] ?? 'did not throw';
}

/** Code and message of the KeyfoldError that `call` throws or rejects with; undefined if none. */
export async function failureOf(call: () => Awaitable<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (isKeyfoldError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

export interface SharedDataKey {
  readonly header: DataKeyHeader;
  readonly secret: SecretBytes;
  readonly sealer: DataKeySealer;
  readonly opener: DataKeyOpener;
}

/** A new data key, with random bytes where the service would put the wrapped key. */
export async function newDataKey(backend: CryptoBackend): Promise<SharedDataKey> {
  const fresh = await backend.createDataKey();
  const secret = fresh.secret.clone();
  const sealer = await fresh.wrappedAs({
    keyReference: backend.randomBytes(8),
    wrapped: backend.randomBytes(60),
  });
  fresh[Symbol.dispose]();
  return {
    header: sealer.header,
    secret,
    sealer,
    opener: await backend.openDataKey(sealer.header, secret.clone()),
  };
}

/** Random bytes as a secret that stays as it is, for comparing. */
export function secretBytes(bytes: Uint8Array): SecretBytes {
  return SecretBytes.take(Uint8Array.from(bytes));
}

/** Every change of one bit. */
export function* singleBitFlips(bytes: Uint8Array): Generator<{ at: number; flipped: Uint8Array }> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield { at: bit >> 3, flipped };
  }
}
