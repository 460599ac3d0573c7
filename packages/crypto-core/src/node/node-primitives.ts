import { createHmac, createSecretKey, hash as hashSync, hkdfSync, pbkdf2, scrypt } from 'node:crypto';
import { requireBytes, requireSecret } from '../argument-types.ts';
import type { HkdfOptions } from '../backend.ts';
import {
  requireHash,
  requireHkdfOptions,
  requirePbkdf2Options,
  requireScryptOptions,
} from '../primitive-arguments.ts';
import type { AesGcmKey, Ed25519SigningKey, HashName, Primitives } from '../primitives.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { aesCbcDecrypt, aesCbcEncrypt, NodeAesGcmKey } from './aes.ts';
import { ed25519Verify, NodeEd25519SigningKey } from './ed25519.ts';
import { aesKeyUnwrap, aesKeyUnwrapPadded, aesKeyWrap, aesKeyWrapPadded } from './key-wrap.ts';
import { namedIfMissing } from './missing-algorithm.ts';
import { plainArray } from './plain-array.ts';

/** {@link AesGcmKey}, answering at once. */
export interface SyncAesGcmKey extends AesGcmKey {
  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array;
  open(nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined;
}

/** {@link Ed25519SigningKey}, answering at once. */
export interface SyncEd25519SigningKey extends Ed25519SigningKey {
  sign(data: Uint8Array): Uint8Array;
}

/**
 * {@link Primitives} of `node:crypto`, answering at once where the work is short. PBKDF2 and scrypt are slow by intention:
 * they run on another thread and answer later.
 *
 * @internal
 */
export interface NodePrimitives extends Primitives {
  digest(hash: HashName, data: Uint8Array): Uint8Array;
  hmac(hash: HashName, key: SecretBytes, data: Uint8Array): Uint8Array;
  hkdf(hash: HashName, secret: SecretBytes, options: HkdfOptions): SecretBytes;
  aesGcmKey(key: SecretBytes): SyncAesGcmKey;
  aesCbcEncrypt(key: SecretBytes, iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  aesCbcDecrypt(key: SecretBytes, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
  aesKeyWrap(kek: SecretBytes, key: SecretBytes): Uint8Array;
  aesKeyUnwrap(kek: SecretBytes, wrapped: Uint8Array): SecretBytes | undefined;
  aesKeyWrapPadded(kek: SecretBytes, key: SecretBytes): Uint8Array;
  aesKeyUnwrapPadded(kek: SecretBytes, wrapped: Uint8Array): SecretBytes | undefined;
  ed25519SigningKey(seed: SecretBytes): SyncEd25519SigningKey;
  ed25519Verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

/** Node's names of the hashes. */
const nodeHash: Readonly<Record<HashName, string>> = {
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const noSalt = new Uint8Array(0);

/** See {@link NodePrimitives}. */
export const nodePrimitives: NodePrimitives = {
  digest(hash, data) {
    requireHash(hash);
    requireBytes('What is hashed', data);
    try {
      return plainArray(hashSync(nodeHash[hash], data, 'buffer'));
    } catch (error) {
      throw namedIfMissing(hash, error);
    }
  },

  hmac(hash, key, data) {
    requireHash(hash);
    requireSecret("HMAC's key", key);
    requireBytes('What is authenticated', data);
    const bytes = key.reveal();
    try {
      // A KeyObject first: Node takes five times as long over the same bytes as a plain array.
      return plainArray(createHmac(nodeHash[hash], createSecretKey(bytes)).update(data).digest());
    } catch (error) {
      throw namedIfMissing(`HMAC with ${hash}`, error);
    }
  },

  hkdf(hash, secret, options) {
    requireSecret('What HKDF derives from', secret);
    requireHkdfOptions(hash, options);
    const { salt, info, byteLength } = options;
    const bytes = secret.reveal();
    try {
      const derived = hkdfSync(nodeHash[hash], bytes, salt ?? noSalt, info, byteLength);
      return SecretBytes.take(new Uint8Array(derived));
    } catch (error) {
      throw namedIfMissing(`HKDF with ${hash}`, error);
    }
  },

  async pbkdf2(hash, password, options) {
    requireSecret('A password', password);
    requirePbkdf2Options(hash, options);
    const { salt, iterations, byteLength } = options;
    return derived(`PBKDF2 with ${hash}`, (done) => {
      pbkdf2(password.reveal(), salt, iterations, byteLength, nodeHash[hash], done);
    });
  },

  async scrypt(password, options) {
    requireSecret('A password', password);
    requireScryptOptions(options);
    const { salt, cost: N, blockSize: r, parallelization: p, byteLength } = options;
    // What RFC 7914 §5 and §6 need: V, B and X, T. OpenSSL refuses to start with less, and Node's default is 32 MiB.
    const maxmem = 128 * r * (N + p + 2);
    return derived('scrypt', (done) => {
      scrypt(password.reveal(), salt, byteLength, { N, r, p, maxmem }, done);
    });
  },

  aesGcmKey: (key) => new NodeAesGcmKey(key),
  aesCbcEncrypt,
  aesCbcDecrypt,
  aesKeyWrap,
  aesKeyUnwrap,
  aesKeyWrapPadded,
  aesKeyUnwrapPadded,
  ed25519SigningKey: (seed) => new NodeEd25519SigningKey(seed),
  ed25519Verify,
};

/** What a derivation on another thread gives. Node copies the password before it returns, so that it may be disposed of. */
async function derived(
  what: string,
  start: (done: (error: Error | null | undefined, key: Buffer) => void) => void,
): Promise<SecretBytes> {
  try {
    return await new Promise((resolve, reject) => {
      start((error, key) => {
        if (error) reject(error);
        else resolve(SecretBytes.take(key));
      });
    });
  } catch (error) {
    throw namedIfMissing(what, error);
  }
}
