import { verifyMac as isMacOf, macOf } from '../crypto/mac.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { currentMaterial } from '../keys/key.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { defineOperation, type Operation } from './operation.ts';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { findUsable, noteUse, requireAlgorithm } from './require-usable.ts';

/** AWS KMS API reference, "GenerateMac". */
export const generateMac: Operation = defineOperation(
  'GenerateMac',
  'GenerateMacRequest',
  async (input, call) => {
    refuseUnavailable(input);
    const { MacAlgorithm, Message } = input;
    const key = await findUsable(input.KeyId, 'GENERATE_VERIFY_MAC', call);
    requireAlgorithm(key, MacAlgorithm);
    if (input.DryRun === true) throw dryRunSucceeded();
    const mac = macOf(MacAlgorithm, currentMaterial(key).key, Message);
    noteUse(key, call);
    return { KeyId: key.arn, Mac: mac.toString('base64'), MacAlgorithm };
  },
);

/** AWS KMS API reference, "VerifyMac". A MAC that is not valid is an error, never `MacValid: false`. */
export const verifyMac: Operation = defineOperation('VerifyMac', 'VerifyMacRequest', async (input, call) => {
  refuseUnavailable(input);
  const { Mac, MacAlgorithm, Message } = input;
  const key = await findUsable(input.KeyId, 'GENERATE_VERIFY_MAC', call);
  requireAlgorithm(key, MacAlgorithm);
  if (input.DryRun === true) throw dryRunSucceeded();
  if (!isMacOf(MacAlgorithm, currentMaterial(key).key, Message, Mac))
    throw new KmsFault('KMSInvalidMacException');
  noteUse(key, call);
  return { KeyId: key.arn, MacAlgorithm, MacValid: true };
});
