import { type CiphertextParts, openCiphertextBlob, parseCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { Key } from '../keys/key-ring.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import type { Output } from '../wire/answers.ts';
import { missingMember } from '../wire/check-constraints.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { requireAlgorithm, requireUsable } from './require-usable.ts';

type DecryptInput = ShapeValue<'DecryptRequest'>;

/** AWS KMS API reference, "Decrypt". */
export const decrypt: Operation = defineOperation('Decrypt', 'DecryptRequest', async (input, call) => {
  if (input.DryRun === true && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT') === true)
    return dryRunWithoutCiphertext(input, call);
  if (input.CiphertextBlob === undefined) throw missingMember('ciphertextBlob');
  // Only a symmetric ciphertext names its key.
  if (input.KeyId === undefined && algorithmOf(input) !== 'SYMMETRIC_DEFAULT') throw missingMember('keyId');
  refuseUnavailable(input);

  const named = input.KeyId === undefined ? undefined : await findKey(input.KeyId, call);
  const parts = parseCiphertextBlob(input.CiphertextBlob);
  if (parts === undefined) throw new KmsFault('InvalidCiphertextException');
  const key = named === undefined ? await keyOfCiphertext(parts, call) : requireSame(named, parts);
  requireDecrypts(key, input, call);

  const plaintext = openCiphertextBlob(key, parts, input.EncryptionContext);
  if (plaintext === undefined) throw new KmsFault('InvalidCiphertextException');
  if (input.DryRun === true) throw dryRunSucceeded();
  const output = {
    EncryptionAlgorithm: algorithmOf(input),
    KeyId: key.arn,
    KeyMaterialId: parts.materialId,
    Plaintext: plaintext.toString('base64'),
  };
  plaintext.fill(0);
  return output;
});

async function dryRunWithoutCiphertext(input: DecryptInput, call: Call): Promise<Output> {
  if (input.KeyId === undefined) throw missingMember('keyId');
  refuseUnavailable(input);
  requireDecrypts(await findKey(input.KeyId, call), input, call);
  throw dryRunSucceeded();
}

function algorithmOf({ EncryptionAlgorithm }: DecryptInput): NonNullable<typeof EncryptionAlgorithm> {
  return EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
}

function requireDecrypts(key: Key, input: DecryptInput, { caller }: Call): void {
  requireUsable(key, 'ENCRYPT_DECRYPT', caller.operation);
  requireAlgorithm(key, algorithmOf(input));
}

function requireSame(named: Key, { keyId }: CiphertextParts): Key {
  if (named.address.keyId === keyId) return named;
  throw new KmsFault(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

async function keyOfCiphertext({ keyId }: CiphertextParts, { caller, keys }: Call): Promise<Key> {
  const key = await keys.find({ accountId: caller.accountId, region: caller.region, keyId });
  if (key !== undefined) return key;
  throw new KmsFault(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );
}
