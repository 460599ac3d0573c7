import type { ShapeValue } from '../model/shape-value.ts';

/** What a key is made of, what it may be used for. */
export type KeySpec = ShapeValue<'KeySpec'>;
export type KeyUsage = ShapeValue<'KeyUsageType'>;
export type EncryptionAlgorithm = ShapeValue<'EncryptionAlgorithmSpec'>;

export interface KeySpecRow {
  /** The usages that AWS allows; the first is the default where there is one (SYMMETRIC_DEFAULT alone). */
  readonly usages: readonly KeyUsage[];
  readonly encryptionAlgorithms: readonly EncryptionAlgorithm[];
  /** Whether this emulator can make such keys. A request for another is refused in so many words. */
  readonly available: boolean;
}

const rsa: KeySpecRow = {
  usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  encryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  available: false,
};
const nistCurve: KeySpecRow = {
  usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  encryptionAlgorithms: [],
  available: false,
};
const signing: KeySpecRow = { usages: ['SIGN_VERIFY'], encryptionAlgorithms: [], available: false };
const hmac: KeySpecRow = { usages: ['GENERATE_VERIFY_MAC'], encryptionAlgorithms: [], available: false };
const encapsulation: KeySpecRow = {
  usages: ['ENCAPSULATE_DECAPSULATE'],
  encryptionAlgorithms: [],
  available: false,
};

/** AWS KMS developer guide, "Key spec reference". */
export const keySpecs: Readonly<Record<KeySpec, KeySpecRow>> = {
  SYMMETRIC_DEFAULT: {
    usages: ['ENCRYPT_DECRYPT'],
    encryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    available: true,
  },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: nistCurve,
  ECC_NIST_P384: nistCurve,
  ECC_NIST_P521: nistCurve,
  ECC_SECG_P256K1: signing,
  ECC_NIST_EDWARDS25519: signing,
  HMAC_224: hmac,
  HMAC_256: hmac,
  HMAC_384: hmac,
  HMAC_512: hmac,
  SM2: {
    usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT'],
    encryptionAlgorithms: ['SM2PKE'],
    available: false,
  },
  ML_DSA_44: signing,
  ML_DSA_65: signing,
  ML_DSA_87: signing,
  ML_KEM_512: encapsulation,
  ML_KEM_768: encapsulation,
  ML_KEM_1024: encapsulation,
};
