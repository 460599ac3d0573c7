import type { Awaitable } from '@keyfold/crypto-core';
import { whenDone } from '../../when-done.ts';
import {
  type CiphertextParts,
  openCiphertextBlob,
  parseCiphertextBlob,
  sealCiphertextBlob,
} from '../crypto/ciphertext-blob.ts';
import { decryptOaep, encryptOaep, maxOaepByteLength, type OaepHash } from '../crypto/rsa-oaep.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { currentMaterial, type Key } from '../keys/key.ts';
import type { EncryptionAlgorithm } from '../keys/key-specs.ts';
import type { MapEntries } from '../model/shape-value.ts';
import { keyOfCiphertextHidden } from '../policy/access-denied.ts';
import { isUsedPastService } from '../policy/managed-key-use.ts';
import { missingMember } from '../wire/check-constraints.ts';
import { actionOf, asAvailable, findKey } from './find-key.ts';
import type { Call } from './operation.ts';
import { requireAlgorithm, requireUsable } from './require-usable.ts';

/** The hash of each asymmetric algorithm. */
const oaepHashes: Readonly<Partial<Record<EncryptionAlgorithm, OaepHash>>> = {
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_OAEP_SHA_256: 'sha256',
};

/** @throws {KmsFault} where the key may not encrypt or decrypt now, or not by that algorithm and context */
export function requireCipher(
  key: Key,
  algorithm: EncryptionAlgorithm,
  context: MapEntries | undefined,
  { caller }: Call,
): void {
  requireUsable(key, 'ENCRYPT_DECRYPT', caller.operation);
  requireAlgorithm(key, algorithm);
  // Nothing would bind the ciphertext to it.
  if (algorithm !== 'SYMMETRIC_DEFAULT' && context !== undefined && context.length > 0)
    throw ownFault('contextOfAsymmetric', { algorithm });
}

/** Encrypts under a key that {@link requireCipher} let pass. */
export function seal(
  key: Key,
  algorithm: EncryptionAlgorithm,
  plaintext: Uint8Array,
  context: MapEntries | undefined,
  { nonces }: Call,
): Buffer {
  const hash = oaepHashes[algorithm];
  const { publicKey } = currentMaterial(key);
  if (hash === undefined || publicKey === undefined)
    return sealCiphertextBlob(key, plaintext, context, nonces);
  requireFits(key, algorithm, plaintext);
  return encryptOaep(publicKey, hash, plaintext);
}

/** @throws {KmsFault} ValidationException for a plaintext that is too long for the algorithm */
export function requireFits(key: Key, algorithm: EncryptionAlgorithm, plaintext: Uint8Array): void {
  const hash = oaepHashes[algorithm];
  if (hash === undefined) return;
  const maxByteLength = maxOaepByteLength(currentMaterial(key).key, hash);
  if (plaintext.byteLength > maxByteLength)
    throw new KmsFault(
      'ValidationException',
      `Algorithm ${algorithm} and key spec ${key.record.keySpec} cannot encrypt data larger than ${maxByteLength} bytes.`,
    );
}

/** A ciphertext as a request has it. */
export interface Ciphertext {
  readonly blob: Buffer;
  readonly keyId: string | undefined;
  /** What the request calls its key. */
  readonly keyIdMember: string;
  readonly algorithm: EncryptionAlgorithm;
  readonly context: MapEntries | undefined;
}

/** A ciphertext whose key is found and may decrypt. */
export interface Openable {
  readonly key: Key;
  /** Of a symmetric key: the material that sealed it. */
  readonly materialId: string | undefined;
  /** @throws {KmsFault} InvalidCiphertextException where key, context or any bit is another */
  open(): Buffer;
}

/**
 * Finds the key of a ciphertext, which only a symmetric one names, and sees whether it may decrypt.
 *
 * @throws {KmsFault} InvalidCiphertextException, IncorrectKeyException, AccessDeniedException, and what {@link requireCipher} throws
 */
export function findCipherKey(ciphertext: Ciphertext, call: Call): Awaitable<Openable> {
  const { algorithm, keyId, keyIdMember } = ciphertext;
  if (keyId !== undefined)
    return whenDone(findKey(keyId, call), (named) => openableBy(named, ciphertext, call));
  if (algorithm !== 'SYMMETRIC_DEFAULT') throw missingMember(keyIdMember);
  const parts = partsOf(ciphertext);
  return whenDone(keyOfCiphertext(parts.keyId, call), (key) => openable(key, parts, ciphertext, call));
}

/** What a key that the request names opens. */
function openableBy(named: Key, ciphertext: Ciphertext, call: Call): Openable {
  const { algorithm, blob, context } = ciphertext;
  if (algorithm === 'SYMMETRIC_DEFAULT') {
    const parts = partsOf(ciphertext);
    return openable(requireSame(named, parts.keyId), parts, ciphertext, call);
  }
  const hash = oaepHashes[algorithm];
  requireCipher(named, algorithm, context, call);
  const open = (): Buffer | undefined =>
    hash === undefined ? undefined : decryptOaep(currentMaterial(named).key, hash, blob);
  return { key: named, materialId: undefined, open: () => opened(open()) };
}

function openable(
  key: Key,
  parts: CiphertextParts,
  { algorithm, context }: Ciphertext,
  call: Call,
): Openable {
  requireCipher(key, algorithm, context, call);
  return {
    key,
    materialId: parts.materialId,
    open: () => opened(openCiphertextBlob(key, parts, context)),
  };
}

function partsOf({ blob }: Ciphertext): CiphertextParts {
  const parts = parseCiphertextBlob(blob);
  if (parts === undefined) throw new KmsFault('InvalidCiphertextException');
  return parts;
}

function opened(plaintext: Buffer | undefined): Buffer {
  if (plaintext === undefined) throw new KmsFault('InvalidCiphertextException');
  return plaintext;
}

function requireSame(named: Key, keyId: string): Key {
  if (named.address.keyId === keyId) return named;
  throw new KmsFault(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

function keyOfCiphertext(keyId: string, call: Call): Awaitable<Key> {
  const { caller, keys } = call;
  const found = keys.find({ accountId: caller.accountId, region: caller.region, keyId });
  return whenDone(found, (key) => {
    if (key === undefined || isUsedPastService(key, actionOf(call), call)) throw keyOfCiphertextHidden();
    return asAvailable(key, call);
  });
}
