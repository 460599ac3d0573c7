import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { maxPlaintextBytes, nonceByteLength, tagByteLength } from '../format.ts';
import { unshared } from './unshared.ts';

/*
 * AES-256-GCM with a nonce that the caller gives. Internal: nothing that is exported from the package takes a
 * nonce; the only callers draw it from a NonceSource, and the tests take it from published vectors.
 */

const algorithm = 'aes-256-gcm';

// Without it, Node accepts tags cut to 4 bytes (NIST SP 800-38D §5.2.1.2 lists them as permitted lengths).
const options = { authTagLength: tagByteLength } as const;

/**
 * Writes nonce 12 ‖ ciphertext n ‖ tag 16 into `out` at `at`.
 *
 * @param out has at least 28 + n bytes from `at`
 * @param key 32 bytes
 * @param nonce 12 bytes, never used before with this key
 * @param head the plaintext, or its first part
 * @param body the plaintext's second part
 */
export function sealAt(
  out: Uint8Array,
  at: number,
  key: KeyObject,
  nonce: Uint8Array,
  aad: Uint8Array,
  head: Uint8Array,
  body?: Uint8Array,
): void {
  const cipher = createCipheriv(algorithm, key, nonce, options);
  cipher.setAAD(aad);
  out.set(nonce, at);
  let end = at + nonceByteLength;
  out.set(cipher.update(head), end);
  end += head.length;
  if (body !== undefined) {
    out.set(cipher.update(body), end);
    end += body.length;
  }
  cipher.final(); // counter mode: nothing is left to write, but the tag is computed here
  out.set(cipher.getAuthTag(), end);
}

/**
 * The plaintext of what {@link sealAt} wrote at `at` up to the end of `given`, in memory of its own;
 * undefined when the tag does not match, and then nothing of the plaintext is left, or when there is more than is ever sealed.
 *
 * @param given has at least 28 bytes from `at`
 * @param key 32 bytes
 */
export function openAt(
  given: Uint8Array,
  at: number,
  key: KeyObject,
  aad: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const sealed = unshared(given);
  const { buffer, byteOffset } = sealed;
  const textAt = at + nonceByteLength;
  const tagAt = sealed.length - tagByteLength;
  if (tagAt - textAt > maxPlaintextBytes) return undefined; // Node refuses 2 GiB in words of its own
  const decipher = createDecipheriv(
    algorithm,
    key,
    new Uint8Array(buffer, byteOffset + at, nonceByteLength),
    options,
  );
  decipher.setAAD(aad);
  decipher.setAuthTag(new Uint8Array(buffer, byteOffset + tagAt, tagByteLength));
  // update() gives plaintext before final() has checked the tag: it does not leave this function until then.
  const plaintext = decipher.update(new Uint8Array(buffer, byteOffset + textAt, tagAt - textAt));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return plaintext;
}
