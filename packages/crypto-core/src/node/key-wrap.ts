import { createCipheriv, createDecipheriv } from 'node:crypto';
import { requireBytes } from '../argument-types.ts';
import {
  isWrappedLength,
  requireAesKey,
  requirePaddableKey,
  requireWrappableKey,
} from '../primitive-arguments.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { namedIfMissing } from './missing-algorithm.ts';

/** The two modes: OpenSSL's name, and the constant by which an unwrapped key is recognised. */
const modes = {
  /** RFC 3394 §2.2.3.1 */
  wrap: {
    cipher: (bits: number) => `aes${bits}-wrap`,
    initialValue: Uint8Array.of(0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6),
  },
  /** RFC 5649 §3 */
  wrapPadded: {
    // Of OpenSSL's two names for it this is the one that Deno knows as well.
    cipher: (bits: number) => `id-aes${bits}-wrap-pad`,
    initialValue: Uint8Array.of(0xa6, 0x59, 0x59, 0xa6),
  },
} as const;

type Mode = keyof typeof modes;

/** AES key wrap (RFC 3394 §2.2.1). */
export function aesKeyWrap(kek: SecretBytes, key: SecretBytes): Uint8Array {
  requireWrappableKey(key);
  return wrap('wrap', kek, key);
}

/** AES key unwrap (RFC 3394 §2.2.2). */
export function aesKeyUnwrap(kek: SecretBytes, wrapped: Uint8Array): SecretBytes | undefined {
  requireBytes('A wrapped key', wrapped);
  return unwrap('wrap', kek, wrapped, 3);
}

/** AES key wrap with padding (RFC 5649 §4.1). */
export function aesKeyWrapPadded(kek: SecretBytes, key: SecretBytes): Uint8Array {
  requirePaddableKey(key);
  return wrap('wrapPadded', kek, key);
}

/** AES key unwrap with padding (RFC 5649 §4.2). */
export function aesKeyUnwrapPadded(kek: SecretBytes, wrapped: Uint8Array): SecretBytes | undefined {
  requireBytes('A wrapped key', wrapped);
  return unwrap('wrapPadded', kek, wrapped, 2);
}

function wrap(mode: Mode, kek: SecretBytes, key: SecretBytes): Uint8Array {
  const cipher = offered(mode, kek, createCipheriv);
  const wrapped = Uint8Array.from(cipher.update(key.reveal()));
  cipher.final(); // update() has written everything
  return wrapped;
}

function unwrap(
  mode: Mode,
  kek: SecretBytes,
  wrapped: Uint8Array,
  minSemiblocks: number,
): SecretBytes | undefined {
  const decipher = offered(mode, kek, createDecipheriv);
  if (!isWrappedLength(wrapped.byteLength, minSemiblocks)) return undefined;
  let key: Uint8Array;
  try {
    key = decipher.update(wrapped); // OpenSSL checks the integrity here, and gives nothing when it fails
  } catch {
    return undefined;
  }
  const secret = SecretBytes.take(key);
  decipher.final();
  return secret;
}

/** The cipher, or a typed error where the runtime does not have it: Bun's cryptography is not OpenSSL's. */
function offered<T>(
  mode: Mode,
  kek: SecretBytes,
  create: (cipher: string, key: Uint8Array, initialValue: Uint8Array) => T,
): T {
  requireAesKey(kek);
  const { cipher, initialValue } = modes[mode];
  const name = cipher(kek.byteLength * 8);
  const bytes = kek.reveal();
  try {
    return create(name, bytes, initialValue);
  } catch (error) {
    throw namedIfMissing(name, error);
  }
}
