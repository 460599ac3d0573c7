import { createDecipheriv, type KeyObject } from 'node:crypto';
import type { ShapeValue } from '../model/shape-value.ts';
import { decryptOaep, type OaepHash } from './rsa-oaep.ts';

export type WrappingAlgorithm = ShapeValue<'AlgorithmSpec'>;

interface WrappingRow {
  readonly hash: OaepHash;
  /** Whether RSA wraps an AES key, and that the material (AES-KWP, RFC 5649). */
  readonly twoStages: boolean;
}

/**
 * AWS KMS API reference, "GetParametersForImport". AWS stopped RSAES_PKCS1_V1_5 on 10 October 2023, and has SM2PKE in the China
 * Regions alone.
 */
const wrappingAlgorithms: Readonly<Record<WrappingAlgorithm, WrappingRow | undefined>> = {
  RSAES_OAEP_SHA_1: { hash: 'sha1', twoStages: false },
  RSAES_OAEP_SHA_256: { hash: 'sha256', twoStages: false },
  RSA_AES_KEY_WRAP_SHA_1: { hash: 'sha1', twoStages: true },
  RSA_AES_KEY_WRAP_SHA_256: { hash: 'sha256', twoStages: true },
  RSAES_PKCS1_V1_5: undefined,
  SM2PKE: undefined,
};

/** Whether AWS still takes material that is wrapped so. */
export function isWrappingAvailable(algorithm: WrappingAlgorithm): boolean {
  return wrappingAlgorithms[algorithm] !== undefined;
}

/** The material, or undefined where it does not unwrap. */
export function unwrapMaterial(
  algorithm: WrappingAlgorithm,
  wrappingKey: KeyObject,
  wrapped: Buffer,
): Buffer | undefined {
  const row = wrappingAlgorithms[algorithm];
  if (row === undefined) return undefined;
  if (!row.twoStages) return decryptOaep(wrappingKey, row.hash, wrapped);
  const split = (wrappingKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const aesKey = decryptOaep(wrappingKey, row.hash, wrapped.subarray(0, split));
  if (aesKey === undefined) return undefined;
  const material = unwrapPadded(aesKey, wrapped.subarray(split));
  aesKey.fill(0);
  return material;
}

/** RFC 5649 §3: the first half of the alternative initial value; the cipher adds the length. */
const alternativeIv = Buffer.from('a65959a6', 'hex');
const ciphers: Readonly<Record<number, string>> = {
  16: 'id-aes128-wrap-pad',
  24: 'id-aes192-wrap-pad',
  32: 'id-aes256-wrap-pad',
};

/** AES key unwrapping with padding (RFC 5649 §4.2), or undefined where the check fails. */
export function unwrapPadded(aesKey: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  const cipher = ciphers[aesKey.byteLength];
  if (cipher === undefined) return undefined;
  try {
    const decipher = createDecipheriv(cipher, aesKey, alternativeIv);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return undefined;
  }
}
