import { isCbcLength, requireAesKey, requireIv } from '../primitive-arguments.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { copyOf, offered, unlessRefused, type WebKey, webSubtle } from './runtime.ts';

/** AES-CBC with PKCS#7 padding. */
export async function aesCbcEncrypt(
  key: SecretBytes,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  requireIv(iv);
  requireAesKey(key);
  const algorithm = { name: 'AES-CBC', iv: copyOf(iv) };
  const copy = copyOf(plaintext);
  try {
    return new Uint8Array(await webSubtle().encrypt(algorithm, await importAesCbcKey(key), copy));
  } finally {
    copy.fill(0);
  }
}

/** The plaintext, or undefined for wrong padding. */
export async function aesCbcDecrypt(
  key: SecretBytes,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array | undefined> {
  requireIv(iv);
  const algorithm = { name: 'AES-CBC', iv: copyOf(iv) };
  const copy = copyOf(ciphertext);
  const imported = await importAesCbcKey(key);
  if (!isCbcLength(copy.byteLength)) return undefined;
  const plaintext = await unlessRefused(webSubtle().decrypt(algorithm, imported, copy));
  return plaintext === undefined ? undefined : new Uint8Array(plaintext);
}

/** @param key 16 or 32 bytes; stays the caller's */
export async function importAesCbcKey(key: SecretBytes): Promise<WebKey> {
  requireAesKey(key);
  const copy = key.clone();
  try {
    return await offered(
      'AES-CBC',
      webSubtle().importKey('raw', copy.reveal(), 'AES-CBC', false, ['encrypt', 'decrypt']),
    );
  } finally {
    copy.dispose();
  }
}
