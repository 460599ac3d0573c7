import { keySpecs } from '../../apps/emulator/src/kms/keys/key-specs.ts';
import { operations } from '../../apps/emulator/src/kms/operations/operations.ts';
import { readMembers } from '../../apps/emulator/src/kms/wire/read-members.ts';
import { isMembers, type RecordedCase, type RequestStep } from './recorded-cases.ts';

/**
 * What a case needs that the emulator does not have: operations that are not in its table, and kinds of key that it says it
 * cannot make. Read from the emulator itself, so that a case joins when what it needs is there.
 */
export function waitingFor({ steps }: RecordedCase): readonly string[] {
  const requests = steps.filter((step): step is RequestStep => 'operation' in step);
  const missing = requests
    .map(({ operation }) => operation)
    .filter((operation) => !operations.has(operation));
  return [...new Set([...missing, ...requests.flatMap(missingKinds)])];
}

function missingKinds({ operation, input, expect }: RequestStep): readonly string[] {
  if (operation !== 'CreateKey' || expect.error !== undefined || !isMembers(input)) return [];
  const { CustomerMasterKeySpec, KeySpec } = readMembers('CreateKeyRequest', {
    CustomerMasterKeySpec: input['CustomerMasterKeySpec'],
    KeySpec: input['KeySpec'],
  });
  const keySpec = KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  return keySpecs[keySpec].material === undefined ? [`KeySpec ${keySpec}`] : [];
}
