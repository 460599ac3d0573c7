import { constants, type KeyObject, sign, verify } from 'node:crypto';
import type { SigningAlgorithm } from '../keys/key-specs.ts';
import { signDigest, verifyDigest } from './ecdsa-digest.ts';
import {
  type HashName,
  signPkcs1Digest,
  signPssDigest,
  verifyPkcs1Digest,
  verifyPssDigest,
} from './rsa-digest.ts';

/** How a message is given: whole, or as what is left of it. */
export type MessageType = 'RAW' | 'DIGEST' | 'EXTERNAL_MU';

interface Padding {
  readonly padding?: number;
  readonly saltLength?: number;
}

export interface SigningAlgorithmRow {
  /** The forms of a message that AWS takes with it. */
  readonly messageTypes: readonly MessageType[];
  /** Those of them that the runtime cannot do. */
  readonly unavailable: readonly MessageType[];
  /** Of the message; undefined where the algorithm takes messages alone. */
  readonly hash: HashName | undefined;
  readonly padding: Padding;
  readonly signDigest?: (key: KeyObject, hash: HashName, digest: Uint8Array) => Buffer;
  readonly verifyDigest?: (key: KeyObject, hash: HashName, digest: Uint8Array, signature: Buffer) => boolean;
}

const rawAndDigest = { messageTypes: ['RAW', 'DIGEST'], unavailable: [] } as const;

function pss(hash: HashName): SigningAlgorithmRow {
  const padding = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return { ...rawAndDigest, hash, padding, signDigest: signPssDigest, verifyDigest: verifyPssDigest };
}

function pkcs1(hash: HashName): SigningAlgorithmRow {
  const padding = { padding: constants.RSA_PKCS1_PADDING };
  return { ...rawAndDigest, hash, padding, signDigest: signPkcs1Digest, verifyDigest: verifyPkcs1Digest };
}

function ecdsa(hash: HashName): SigningAlgorithmRow {
  return {
    ...rawAndDigest,
    hash,
    padding: {},
    signDigest: (key, _, digest) => signDigest(key, digest),
    verifyDigest: (key, _, digest, signature) => verifyDigest(key, digest, signature),
  };
}

/**
 * AWS KMS API reference, "Sign". The runtime has no pre-hashed Ed25519 (RFC 8032 §5.1, Ed25519ph), no ML-DSA of an external mu
 * (FIPS 204 §6.2), and AWS has SM2 in the China Regions alone.
 */
export const signingAlgorithms: Readonly<Record<SigningAlgorithm, SigningAlgorithmRow>> = {
  RSASSA_PSS_SHA_256: pss('sha256'),
  RSASSA_PSS_SHA_384: pss('sha384'),
  RSASSA_PSS_SHA_512: pss('sha512'),
  RSASSA_PKCS1_V1_5_SHA_256: pkcs1('sha256'),
  RSASSA_PKCS1_V1_5_SHA_384: pkcs1('sha384'),
  RSASSA_PKCS1_V1_5_SHA_512: pkcs1('sha512'),
  ECDSA_SHA_256: ecdsa('sha256'),
  ECDSA_SHA_384: ecdsa('sha384'),
  ECDSA_SHA_512: ecdsa('sha512'),
  ED25519_SHA_512: { messageTypes: ['RAW'], unavailable: [], hash: undefined, padding: {} },
  ED25519_PH_SHA_512: { messageTypes: ['DIGEST'], unavailable: ['DIGEST'], hash: 'sha512', padding: {} },
  ML_DSA_SHAKE_256: {
    messageTypes: ['RAW', 'EXTERNAL_MU'],
    unavailable: ['EXTERNAL_MU'],
    hash: undefined,
    padding: {},
  },
  SM2DSA: {
    messageTypes: ['RAW', 'DIGEST'],
    unavailable: ['RAW', 'DIGEST'],
    hash: undefined,
    padding: {},
  },
};

/** The byte length of a digest. */
export const digestByteLengths: Readonly<Record<HashName, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** Signs a message that is whole, or already a digest. */
export async function signMessage(
  algorithm: SigningAlgorithm,
  key: KeyObject,
  message: Uint8Array,
  isDigest: boolean,
): Promise<Buffer> {
  const { hash, padding, signDigest: signs } = signingAlgorithms[algorithm];
  if (isDigest && hash !== undefined && signs !== undefined) return signs(key, hash, message);
  return new Promise((resolve, reject) => {
    sign(hash ?? null, message, { key, ...padding }, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

/** Whether a signature is the key's over that message or digest. */
export async function verifyMessage(
  algorithm: SigningAlgorithm,
  key: KeyObject,
  message: Uint8Array,
  isDigest: boolean,
  signature: Buffer,
): Promise<boolean> {
  const { hash, padding, verifyDigest: verifies } = signingAlgorithms[algorithm];
  if (isDigest && hash !== undefined && verifies !== undefined)
    return verifies(key, hash, message, signature);
  return new Promise((resolve) => {
    // An error is a signature that cannot even be read.
    verify(hash ?? null, message, { key, ...padding }, signature, (error, valid) =>
      resolve(error === null && valid),
    );
  });
}
