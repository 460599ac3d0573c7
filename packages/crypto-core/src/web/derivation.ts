import { requireSecret } from '../argument-types.ts';
import type { HkdfOptions } from '../backend.ts';
import { suiteAes256GcmHkdfSha256 } from '../format.ts';
import { derivationLabels } from '../labels.ts';
import { requireHash, requireHkdfOptions, requireKey, requirePbkdf2Options } from '../primitive-arguments.ts';
import type { HashName, Pbkdf2Options } from '../primitives.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { importAesGcmKey } from './aes-gcm.ts';
import { copyOf, offered, type WebKey, webSubtle } from './runtime.ts';

const noSalt = new Uint8Array(0);

/** The hash of `data`. */
export async function digest(hash: HashName, data: Uint8Array): Promise<Uint8Array> {
  requireHash(hash);
  const copy = copyOf(data);
  try {
    return new Uint8Array(await offered(hash, webSubtle().digest(hash, copy)));
  } finally {
    copy.fill(0); // what is hashed may be secret: a share, an API key, an indexed value
  }
}

/** HMAC (RFC 2104). */
export async function hmac(hash: HashName, key: SecretBytes, data: Uint8Array): Promise<Uint8Array> {
  requireHash(hash);
  requireSecret("HMAC's key", key);
  const copy = copyOf(data); // before anything is awaited
  try {
    const imported = await importSecret(nonEmpty(key), { name: 'HMAC', hash }, 'sign');
    return new Uint8Array(await webSubtle().sign('HMAC', imported, copy));
  } finally {
    copy.fill(0);
  }
}

/** HKDF, extract and expand (RFC 5869 §2). */
export async function hkdf(hash: HashName, secret: SecretBytes, options: HkdfOptions): Promise<SecretBytes> {
  requireSecret('What HKDF derives from', secret);
  requireHkdfOptions(hash, options);
  const { byteLength } = options;
  const algorithm = {
    name: 'HKDF',
    hash,
    salt: copyOf(options.salt ?? noSalt),
    info: copyOf(options.info),
  };
  const imported = await importSecret(secret.clone(), 'HKDF', 'deriveBits');
  return secretOf(offered(`HKDF with ${hash}`, webSubtle().deriveBits(algorithm, imported, byteLength * 8)));
}

/** PBKDF2-HMAC (RFC 8018 §5.2). */
export async function pbkdf2(
  hash: HashName,
  password: SecretBytes,
  options: Pbkdf2Options,
): Promise<SecretBytes> {
  requireSecret('A password', password);
  requirePbkdf2Options(hash, options);
  const { iterations, byteLength } = options;
  const algorithm = { name: 'PBKDF2', hash, salt: copyOf(options.salt), iterations };
  const imported = await importSecret(nonEmpty(password), 'PBKDF2', 'deriveBits');
  // Cloudflare's runtime stops at 100,000 iterations.
  const what = `PBKDF2 with ${iterations} iterations`;
  return secretOf(offered(what, webSubtle().deriveBits(algorithm, imported, byteLength * 8)));
}

/**
 * A data key, for {@link expandDataKey}; it does not leave the runtime again.
 *
 * @param dataKey 32 bytes; stays the caller's
 * @throws {@link InvalidArgumentError} for a key of another length
 */
export async function importDataKey(dataKey: SecretBytes): Promise<WebKey> {
  requireKey(dataKey);
  return importSecret(dataKey.clone(), { name: 'HMAC', hash: 'SHA-256' }, 'sign');
}

/**
 * HKDF-Expand-SHA256(data key, label ‖ suite, 32): one block, T(1) = HMAC(key, info ‖ 0x01) (RFC 5869 §2.3). The data key
 * is uniformly random, so that extraction may be left out (§3.3).
 *
 * @param dataKey of {@link importDataKey}
 * @returns 32 bytes, for the caller to zeroise if they are a key
 */
export async function expandDataKey(
  dataKey: WebKey,
  label: 'dataKeyEncryption' | 'dataKeyCommitment' | 'dataKeyStream',
): Promise<Uint8Array> {
  const info = Uint8Array.of(...derivationLabels[label], suiteAes256GcmHkdfSha256, 0x01);
  return new Uint8Array(await webSubtle().sign('HMAC', dataKey, info));
}

/**
 * The AES-256-GCM key of a data key.
 *
 * @param dataKey of {@link importDataKey}
 */
export async function encryptionKeyOf(dataKey: WebKey): Promise<WebKey> {
  const secret = SecretBytes.take(await expandDataKey(dataKey, 'dataKeyEncryption'));
  try {
    return await importAesGcmKey(secret);
  } finally {
    secret.dispose();
  }
}

/**
 * The input key of a data key's streams, 32 bytes, owned by the caller.
 *
 * @param dataKey of {@link importDataKey}
 */
export async function streamKeyOf(dataKey: WebKey): Promise<SecretBytes> {
  return SecretBytes.take(await expandDataKey(dataKey, 'dataKeyStream'));
}

/**
 * A secret as HMAC key that may be empty, which Web Crypto refuses to import: HMAC fills a short key up with zeros (RFC 2104
 * §2), so that one zero byte is the same key as none. PBKDF2 uses its password as an HMAC key.
 */
function nonEmpty(secret: SecretBytes): SecretBytes {
  const copy = secret.clone(); // also refuses a disposed one
  return copy.byteLength === 0 ? SecretBytes.take(new Uint8Array(1)) : copy;
}

/** @param secret disposed of here */
async function importSecret(
  secret: SecretBytes,
  algorithm: string | { readonly name: string; readonly hash: HashName },
  usage: 'sign' | 'deriveBits',
): Promise<WebKey> {
  try {
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    return await offered(name, webSubtle().importKey('raw', secret.reveal(), algorithm, false, [usage]));
  } finally {
    secret.dispose();
  }
}

async function secretOf(bits: Promise<ArrayBuffer>): Promise<SecretBytes> {
  return SecretBytes.take(new Uint8Array(await bits));
}
