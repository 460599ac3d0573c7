import { SecretBytes } from '@keyfold/crypto-core';
import type { Role } from '@keyfold/protocol';

/** Random bytes in an API key. */
const secretByteLength = 32;

/** Characters of the secret that are public: 35 are left, 210 bits. */
const publicCharacters = 8;

const pattern = /^(kf_(?:admin|application)_[A-Za-z0-9_-]{8})[A-Za-z0-9_-]{35}$/;

/** An API key as text, and the public part of it. */
export interface ApiKeyText {
  readonly id: string;
  readonly text: string;
}

/**
 * A new API key: `kf_<role>_` and 32 random bytes in base64url. It is text by its nature (it travels in a header and
 * lives in an environment variable), so unlike other keys it becomes a string, here and nowhere else.
 *
 * @example
 * ```ts
 * makeApiKeyText('application').text; // 'kf_application_' and 43 characters
 * ```
 */
export function makeApiKeyText(role: Role): ApiKeyText {
  const secret = SecretBytes.random(secretByteLength);
  try {
    const { buffer, byteOffset, byteLength } = secret.reveal();
    const prefix = `kf_${role}_`;
    const text = prefix + Buffer.from(buffer, byteOffset, byteLength).toString('base64url');
    return { id: text.slice(0, prefix.length + publicCharacters), text };
  } finally {
    secret.dispose();
  }
}

/**
 * The public part by which an API key is looked up and named in lists and logs; undefined if the text has not the
 * form of a key. The role in it is informational: the stored row decides.
 */
export function apiKeyIdOf(text: string): string | undefined {
  return pattern.exec(text)?.[1];
}
