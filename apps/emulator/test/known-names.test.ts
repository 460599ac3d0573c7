import { isKeyfoldError } from '@keyfold/crypto-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { operationNames } from '../src/control/operation-names.ts';
import { createEmulator, type FaultRule, type JournalFilter } from '../src/index.ts';
import { operations as kmsOperations } from '../src/kms/operations/operations.ts';
import { operations as secretsManagerOperations } from '../src/secrets-manager/operations/operations.ts';

const alice = { arn: 'arn:aws:iam::111122223333:user/alice' };
const accessKey = { accessKeyId: 'AKIAALICE', secretAccessKey: 'only for tests' };

/** What somebody wrote, untyped, and what the refusal says. */
type Misspelt = readonly (readonly [given: object, says: string])[];

async function refusalOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (isKeyfoldError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing is refused';
}

describe('names that stand for nothing', () => {
  const options: Misspelt = [
    [{ keyPolicy: 'strict' }, 'There is no option "keyPolicy": perhaps keyPolicies was meant.'],
    [{ signature: 'strict' }, 'There is no option "signature": perhaps signatures was meant.'],
    [{ ephemeral: true }, 'There is no option "ephemeral": known are port, httpsPort, host, '],
    [{ toString: 1 }, 'There is no option "toString": known are '],
    [
      { identities: [{ ...alice, polices: {} }] },
      'There is no member of identities "polices": perhaps policies',
    ],
    [
      { identities: [{ ...alice, accessKeys: [{ ...accessKey, token: 'a' }] }] },
      'There is no member of access keys "token": known are accessKeyId, secretAccessKey, sessionToken, ',
    ],
    [
      { seeds: [{ text: 'version: 1', filename: 'a' }] },
      'There is no member of seeds "filename": perhaps fileName was meant.',
    ],
    [
      { requestRates: { Encyrpt: 1 } },
      'There is no operation of AWS KMS "Encyrpt": perhaps Encrypt was meant.',
    ],
    [{ requestRates: { GetSecretValue: 1 } }, 'There is no operation of AWS KMS "GetSecretValue": '],
  ];
  for (const [given, says] of options)
    it(`keep an emulator from starting, as an option: ${JSON.stringify(given)}`, async () => {
      expect(await refusalOf(() => createEmulator(given))).toContain(`invalid_option: ${says}`);
    });

  it('keep a seed from being added to an emulator that runs', async () => {
    const emulator = await createEmulator();
    onTestFinished(() => emulator.close());
    const source = { text: 'version: 1', filename: 'a' };
    expect(await refusalOf(() => emulator.seed(source))).toContain(
      'invalid_option: There is no member of seeds',
    );
  });

  const requests: Misspelt = [
    [{ operation: 'Decyrpt' }, 'There is no operation "Decyrpt": perhaps Decrypt was meant.'],
    [{ operation: 'decrypt' }, 'There is no operation "decrypt": perhaps Decrypt was meant.'],
    [{ operation: 'unwrap' }, 'There is no operation "unwrap": known are CancelKeyDeletion, '],
    [
      { service: 'kms', operation: 'GetSecretValue' },
      'There is no operation of the service kms "GetSecretValue": ',
    ],
    [
      { service: 'encryption-api', operation: 'wrapDataKey' },
      'There is no operation of the service encryption-api "wrapDataKey": perhaps wrapDataKeys was meant.',
    ],
    [
      { service: 'secrets-manager' },
      'There is no service "secrets-manager": perhaps secretsmanager was meant.',
    ],
    [{ service: 'KMS', operation: 'Decrypt' }, 'There is no service "KMS": perhaps kms was meant.'],
    [{ from: 'clients' }, 'There is no source of requests "clients": perhaps client was meant.'],
    [{ from: 'sdk' }, 'There is no source of requests "sdk": known are client, emulator.'],
    [{ opration: 'Decrypt' }, '"opration": perhaps operation was meant.'],
  ];
  for (const [given, says] of requests)
    it(`are refused in fault rules and in filters of the journal: ${JSON.stringify(given)}`, async () => {
      const emulator = await createEmulator();
      onTestFinished(() => emulator.close());
      const rule = { ...given, effect: 'throttling' } as FaultRule;
      expect(await refusalOf(() => emulator.faults.add(rule))).toMatch(/^invalid_fault_rule: /);
      expect(await refusalOf(() => emulator.faults.add(rule))).toContain(says);
      const filter = given as JournalFilter;
      expect(await refusalOf(() => emulator.journal.expect(filter, 0))).toMatch(/^invalid_option: /);
      expect(await refusalOf(() => emulator.journal.expect(filter, 0))).toContain(says);
    });

  it('are refused in a rule that would otherwise fit: no service has both the operation and the tenant', async () => {
    const emulator = await createEmulator();
    onTestFinished(() => emulator.close());
    for (const rule of [
      { operation: 'GetSecretValue', tenant: 'demo' },
      { operation: 'wrapDataKeys', from: 'emulator' },
    ] as const)
      expect(() => emulator.faults.add({ ...rule, effect: 'throttling' })).toThrow('No request can fit');
  });

  it('are the operations of every service, those of one that is not loaded as well', () => {
    expect(new Set(operationNames.kms)).toEqual(new Set(kmsOperations.keys()));
    expect(operationNames.secretsmanager).toEqual([...secretsManagerOperations.keys()]);
    for (const names of Object.values(operationNames)) expect(new Set(names).size).toBe(names.length);
  });
});
