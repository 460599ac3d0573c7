/**
 * The same bytes in memory that no other thread has. AES-GCM passes over a ciphertext twice, for the tag and for the
 * plaintext: whoever shares the memory could put other bytes there in between, and get plaintext out that no tag covers.
 *
 * An ordinary array is given back as it is: the caller's own thread is here meanwhile. One of another realm is copied without
 * need, which is slower and right.
 */
export function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes);
}
