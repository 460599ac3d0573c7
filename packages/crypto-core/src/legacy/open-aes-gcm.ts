import { requireBytes } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { IntegrityCheckFailedError } from '../crypto-errors.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import type { ImportedPlaintext } from './legacy-codec.ts';

/** What AES-GCM needs beside the key: IV 12, ciphertext n, tag 16 bytes. */
export interface AesGcmParts {
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** What a call on a format of AES-GCM may add. */
export interface AesGcmImportOptions {
  /** What the other system authenticated beside the ciphertext; nothing if left out. */
  readonly aad?: Uint8Array;
}

const noBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/**
 * The AAD of a call, copied before anything is awaited: what its caller does with his bytes meanwhile changes nothing.
 *
 * @throws {@link InvalidArgumentError} for anything but a Uint8Array
 */
export function ownAad({ aad = noBytes }: AesGcmImportOptions): Uint8Array {
  requireBytes('An AAD', aad);
  return new Uint8Array(aad);
}

/**
 * @param key 16 or 32 bytes; stays the caller's
 * @throws {@link IntegrityCheckFailedError} when the tag does not match
 * @throws {@link InvalidArgumentError} for a key of another length
 */
export async function openAesGcm(
  backend: CryptoBackend,
  key: SecretBytes,
  { iv, ciphertext, tag }: AesGcmParts,
  aad: Uint8Array,
): Promise<ImportedPlaintext> {
  const sealed = new Uint8Array(ciphertext.byteLength + tag.byteLength);
  sealed.set(ciphertext);
  sealed.set(tag, ciphertext.byteLength);
  const aesKey = await backend.primitives.aesGcmKey(key);
  try {
    const bytes = await aesKey.open(iv, sealed, aad);
    if (bytes === undefined) throw new IntegrityCheckFailedError('The legacy ciphertext does not open.');
    return { bytes, boundContext: false };
  } finally {
    aesKey[Symbol.dispose]();
  }
}
