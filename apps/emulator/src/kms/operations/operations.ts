import { accessOperations } from './access-operations.ts';
import { disableKey, enableKey } from './change-key-state.ts';
import { createKey } from './create-key.ts';
import { decrypt } from './decrypt.ts';
import { deleteImportedKeyMaterial } from './delete-imported-key-material.ts';
import { deriveSharedSecret } from './derive-shared-secret.ts';
import { describeKey } from './describe-key.ts';
import { decapsulate, encapsulate } from './encapsulate.ts';
import { encrypt } from './encrypt.ts';
import { generateDataKey, generateDataKeyWithoutPlaintext } from './generate-data-key.ts';
import { generateDataKeyPair, generateDataKeyPairWithoutPlaintext } from './generate-data-key-pair.ts';
import { generateMac, verifyMac } from './generate-mac.ts';
import { generateRandom } from './generate-random.ts';
import { getKeyLastUsage } from './get-key-last-usage.ts';
import { getParametersForImport } from './get-parameters-for-import.ts';
import { getPublicKey } from './get-public-key.ts';
import { importKeyMaterial } from './import-key-material.ts';
import { cancelKeyDeletion, scheduleKeyDeletion } from './key-deletion.ts';
import { listKeyRotations } from './list-key-rotations.ts';
import { listKeys } from './list-keys.ts';
import type { Operation } from './operation.ts';
import { reEncrypt } from './re-encrypt.ts';
import { replicateKey } from './replicate-key.ts';
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  rotateKeyOnDemand,
} from './rotation.ts';
import { sign, verify } from './sign.ts';
import { updateKeyDescription } from './update-key-description.ts';
import { updatePrimaryRegion } from './update-primary-region.ts';

/** Operations on keys and their material, and with them. */
const keyOperations: readonly Operation[] = [
  cancelKeyDeletion,
  createKey,
  decapsulate,
  decrypt,
  deleteImportedKeyMaterial,
  deriveSharedSecret,
  describeKey,
  disableKey,
  disableKeyRotation,
  enableKey,
  enableKeyRotation,
  encapsulate,
  encrypt,
  generateDataKey,
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
  generateDataKeyWithoutPlaintext,
  generateMac,
  generateRandom,
  getKeyLastUsage,
  getKeyRotationStatus,
  getParametersForImport,
  getPublicKey,
  importKeyMaterial,
  listKeyRotations,
  listKeys,
  reEncrypt,
  replicateKey,
  rotateKeyOnDemand,
  scheduleKeyDeletion,
  sign,
  updateKeyDescription,
  updatePrimaryRegion,
  verify,
  verifyMac,
];

/** The operations that exist. Any other is answered as AWS answers one that it does not know. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [...keyOperations, ...accessOperations].map((operation) => [operation.name, operation]),
);
