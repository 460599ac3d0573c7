import type { ShapeValue } from '../model/shape-value.ts';

/** What a key is made of, what it may be used for, and by which algorithms. */
export type KeySpec = ShapeValue<'KeySpec'>;
export type KeyUsage = ShapeValue<'KeyUsageType'>;
export type EncryptionAlgorithm = ShapeValue<'EncryptionAlgorithmSpec'>;
export type SigningAlgorithm = ShapeValue<'SigningAlgorithmSpec'>;
export type MacAlgorithm = ShapeValue<'MacAlgorithmSpec'>;
export type Algorithm =
  | EncryptionAlgorithm
  | SigningAlgorithm
  | MacAlgorithm
  | ShapeValue<'KeyAgreementAlgorithmSpec'>
  | ShapeValue<'EncapsulationAlgorithmSpec'>;

/** How a key's material is made, as the runtime names it. */
export type MaterialKind =
  | { readonly kind: 'secret'; readonly byteLength: number }
  | { readonly kind: 'rsa'; readonly modulusLength: number }
  | { readonly kind: 'ec'; readonly namedCurve: string }
  | { readonly kind: 'named'; readonly type: NamedKeyType };

/** Key types whose name says everything. */
export type NamedKeyType =
  | 'ed25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'
  | 'ml-kem-512'
  | 'ml-kem-768'
  | 'ml-kem-1024';

export interface KeySpecRow {
  /** The usages that AWS allows, each with its algorithms in AWS's order. */
  readonly usages: Readonly<Partial<Record<KeyUsage, readonly Algorithm[]>>>;
  /** Undefined where this emulator can make no such key. */
  readonly material: MaterialKind | undefined;
  /** Whether AWS takes imported material for it. */
  readonly importable: boolean;
}

function rsa(modulusLength: number): KeySpecRow {
  return {
    usages: {
      ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
      SIGN_VERIFY: [
        'RSASSA_PKCS1_V1_5_SHA_256',
        'RSASSA_PKCS1_V1_5_SHA_384',
        'RSASSA_PKCS1_V1_5_SHA_512',
        'RSASSA_PSS_SHA_256',
        'RSASSA_PSS_SHA_384',
        'RSASSA_PSS_SHA_512',
      ],
    },
    material: { kind: 'rsa', modulusLength },
    importable: true,
  };
}

function nistCurve(namedCurve: string, algorithm: SigningAlgorithm): KeySpecRow {
  return {
    usages: { SIGN_VERIFY: [algorithm], KEY_AGREEMENT: ['ECDH'] },
    material: { kind: 'ec', namedCurve },
    importable: true,
  };
}

function hmac(algorithm: MacAlgorithm, byteLength: number): KeySpecRow {
  return {
    usages: { GENERATE_VERIFY_MAC: [algorithm] },
    material: { kind: 'secret', byteLength },
    importable: true,
  };
}

function mlDsa(type: NamedKeyType): KeySpecRow {
  return {
    usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] },
    material: { kind: 'named', type },
    importable: false,
  };
}

function mlKem(type: NamedKeyType): KeySpecRow {
  return {
    usages: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] },
    material: { kind: 'named', type },
    importable: false,
  };
}

/** AWS KMS developer guide, "Key spec reference". SM2 exists in the China Regions alone. */
export const keySpecs: Readonly<Record<KeySpec, KeySpecRow>> = {
  SYMMETRIC_DEFAULT: {
    usages: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
    material: { kind: 'secret', byteLength: 32 },
    importable: true,
  },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: nistCurve('prime256v1', 'ECDSA_SHA_256'),
  ECC_NIST_P384: nistCurve('secp384r1', 'ECDSA_SHA_384'),
  ECC_NIST_P521: nistCurve('secp521r1', 'ECDSA_SHA_512'),
  ECC_SECG_P256K1: {
    usages: { SIGN_VERIFY: ['ECDSA_SHA_256'] },
    material: { kind: 'ec', namedCurve: 'secp256k1' },
    importable: true,
  },
  ECC_NIST_EDWARDS25519: {
    usages: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
    material: { kind: 'named', type: 'ed25519' },
    importable: true,
  },
  HMAC_224: hmac('HMAC_SHA_224', 28),
  HMAC_256: hmac('HMAC_SHA_256', 32),
  HMAC_384: hmac('HMAC_SHA_384', 48),
  HMAC_512: hmac('HMAC_SHA_512', 64),
  SM2: {
    usages: { ENCRYPT_DECRYPT: ['SM2PKE'], SIGN_VERIFY: ['SM2DSA'], KEY_AGREEMENT: ['ECDH'] },
    material: undefined,
    importable: false,
  },
  ML_DSA_44: mlDsa('ml-dsa-44'),
  ML_DSA_65: mlDsa('ml-dsa-65'),
  ML_DSA_87: mlDsa('ml-dsa-87'),
  ML_KEM_512: mlKem('ml-kem-512'),
  ML_KEM_768: mlKem('ml-kem-768'),
  ML_KEM_1024: mlKem('ml-kem-1024'),
};

/** Whether keys of that spec are symmetric encryption keys: only these rotate, and only their ciphertexts name their key. */
export function isSymmetric(keySpec: KeySpec): boolean {
  return keySpec === 'SYMMETRIC_DEFAULT';
}
