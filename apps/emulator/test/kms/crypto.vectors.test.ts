import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign as signWhole,
} from 'node:crypto';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { verifyMac } from '../../src/kms/crypto/mac.ts';
import { decryptOaep } from '../../src/kms/crypto/rsa-oaep.ts';
import { signMessage, verifyMessage } from '../../src/kms/crypto/signatures.ts';
import { unwrapPadded } from '../../src/kms/crypto/unwrap-material.ts';
import type { SigningAlgorithm } from '../../src/kms/keys/key-specs.ts';

/** A file of Wycheproof's, as far as it is read here; what a group and a test have depends on the file. */
interface VectorFile {
  readonly testGroups: readonly Group[];
}
interface Group {
  readonly publicKeyDer?: string;
  readonly privateKeyPkcs8?: string;
  readonly tagSize?: number;
  readonly tests: readonly Vector[];
}
interface Vector {
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly flags: readonly string[];
  readonly msg: string;
  readonly sig?: string;
  readonly ct?: string;
  readonly key?: string;
  readonly tag?: string;
  readonly label?: string;
  readonly ctx?: string;
}

const hex = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'hex');

/** Runs every vector of a file; `check` says whether it holds, or undefined where it is about something that is not here. */
function suite(
  file: string,
  check: (vector: Vector, group: Group) => boolean | undefined | Promise<boolean | undefined>,
): void {
  it(`${file} holds`, async () => {
    const vectors = evidence.vectors(`wycheproof/${file}`);
    if (!vectors.found) {
      evidence.missing(vectors.path);
      return;
    }
    let ran = 0;
    for (const group of (vectors.json() as VectorFile).testGroups)
      for (const vector of group.tests) {
        const holds = await check(vector, group);
        if (holds === undefined) continue;
        ran++;
        // "acceptable" says that both are right.
        if (vector.result !== 'acceptable')
          expect({ tcId: vector.tcId, holds }).toEqual({
            tcId: vector.tcId,
            holds: vector.result === 'valid',
          });
      }
    expect(ran).toBeGreaterThan(0);
    evidence.report(`KMS ${file}`, ran);
  });
}

const publicKeyOf = ({ publicKeyDer }: Group): KeyObject =>
  createPublicKey({ key: hex(publicKeyDer), format: 'der', type: 'spki' });

function verifying(algorithm: SigningAlgorithm, hash?: string): Parameters<typeof suite>[1] {
  return async ({ msg, sig, ctx }, group) => {
    if (ctx !== undefined && ctx !== '') return undefined;
    let key: KeyObject;
    try {
      key = publicKeyOf(group);
    } catch {
      return false;
    }
    const whole = await verifyMessage(algorithm, key, hex(msg), false, hex(sig));
    if (hash === undefined) return whole;
    const digest = createHash(hash).update(hex(msg)).digest();
    const ofDigest = await verifyMessage(algorithm, key, digest, true, hex(sig));
    // The runtime and the arithmetic here say the same of each.
    expect(ofDigest).toBe(whole);
    return ofDigest;
  };
}

describe('published vectors through the functions of the emulated KMS:', () => {
  suite('ecdsa_secp256r1_sha256_test.json', verifying('ECDSA_SHA_256', 'sha256'));
  suite('rsa_pss_2048_sha256_mgf1_32_test.json', verifying('RSASSA_PSS_SHA_256', 'sha256'));
  suite('rsa_signature_2048_sha256_test.json', verifying('RSASSA_PKCS1_V1_5_SHA_256', 'sha256'));
  suite('ed25519_test.json', verifying('ED25519_SHA_512'));
  suite('mldsa_44_verify_test.json', verifying('ML_DSA_SHAKE_256'));

  suite('rsa_pkcs1_2048_sig_gen_test.json', async ({ msg, sig }, group) => {
    const { privateKeyPkcs8, sha } = group as Group & { readonly sha: string };
    const hash = ({ 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const)[sha];
    if (hash === undefined || privateKeyPkcs8 === undefined) return undefined;
    const key = createPrivateKey({ key: hex(privateKeyPkcs8), format: 'der', type: 'pkcs8' });
    const algorithm = `RSASSA_PKCS1_V1_5_SHA_${hash.slice(3)}` as 'RSASSA_PKCS1_V1_5_SHA_256';
    const digest = createHash(hash).update(hex(msg)).digest();
    const made = await signMessage(algorithm, key, digest, true);
    expect(made).toEqual(signWhole(hash, hex(msg), key));
    return made.equals(hex(sig));
  });

  for (const [file, hash] of [
    ['rsa_oaep_2048_sha1_mgf1sha1_test.json', 'sha1'],
    ['rsa_oaep_2048_sha256_mgf1sha256_test.json', 'sha256'],
  ] as const)
    suite(file, ({ msg, ct, label }, { privateKeyPkcs8 }) => {
      // AWS KMS has no labels.
      if (label !== undefined && label !== '') return undefined;
      const key = createPrivateKey({ key: hex(privateKeyPkcs8), format: 'der', type: 'pkcs8' });
      return decryptOaep(key, hash, hex(ct))?.equals(hex(msg)) ?? false;
    });

  suite('aes_kwp_test.json', ({ key, msg, ct }) =>
    unwrapPadded(hex(key), hex(ct))?.equals(hex(msg)) ?? false);

  suite('hmac_sha256_test.json', ({ key, msg, tag }, { tagSize }) => {
    // AWS KMS's MACs are never cut short.
    if (tagSize !== 256) return undefined;
    return verifyMac('HMAC_SHA_256', createSecretKey(hex(key)), hex(msg), hex(tag));
  });
});
