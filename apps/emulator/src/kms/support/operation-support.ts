import { exact, type Support } from '../../aws/support.ts';
import type { OperationName } from '../keys/key-states.ts';

export type { Support } from '../../aws/support.ts';

const recipient = 'A Recipient is refused.';
const exactButRecipient: Support = { support: 'exact', note: recipient };
const lag = 'At once, where AWS is consistent in the end.';
const simulatedStore: Support = {
  support: 'simulated',
  note: 'There is no CloudHSM cluster and no external proxy: nothing is reached, checked or logged in to.',
};

/** How far each operation of AWS KMS goes. A row is missing for none of them, or this does not compile. */
export const operationSupport: Readonly<Record<OperationName, Support>> = {
  CancelKeyDeletion: exact,
  ConnectCustomKeyStore: { ...simulatedStore, note: `${simulatedStore.note} Connects at once.` },
  CreateAlias: { support: 'exact', note: lag },
  CreateCustomKeyStore: {
    ...simulatedStore,
    note: `${simulatedStore.note} Passwords and proxy secrets are not kept.`,
  },
  CreateGrant: { support: 'exact', note: lag },
  CreateKey: {
    support: 'exact',
    note: 'Keys in custom key stores are simulated: their material is the emulator’s own. SM2 is refused everywhere.',
  },
  Decapsulate: exact,
  Decrypt: exactButRecipient,
  DeleteAlias: exact,
  DeleteCustomKeyStore: simulatedStore,
  DeleteImportedKeyMaterial: exact,
  DeriveSharedSecret: exactButRecipient,
  DescribeCustomKeyStores: simulatedStore,
  DescribeKey: {
    support: 'exact',
    note: 'Of a predefined alias it makes the AWS managed key, as AWS’s does.',
  },
  DisableKey: exact,
  DisableKeyRotation: exact,
  DisconnectCustomKeyStore: simulatedStore,
  EnableKey: exact,
  EnableKeyRotation: { support: 'exact', note: 'Rotates by the emulator’s clock.' },
  Encapsulate: exact,
  Encrypt: exact,
  GenerateDataKey: exactButRecipient,
  GenerateDataKeyPair: exactButRecipient,
  GenerateDataKeyPairWithoutPlaintext: exact,
  GenerateDataKeyWithoutPlaintext: exact,
  GenerateMac: exact,
  GenerateRandom: {
    support: 'exact',
    note: `${recipient} From a CloudHSM key store: simulated, by the emulator’s own generator.`,
  },
  GetKeyLastUsage: {
    support: 'exact',
    note: 'Exact while the emulator runs. Stored is the first use of a key in each hour, so that after a restart it may tell of a use up to an hour older. The CloudTrail event id is the emulator’s own.',
  },
  GetKeyPolicy: exact,
  GetKeyRotationStatus: exact,
  GetParametersForImport: exact,
  GetPublicKey: exact,
  ImportKeyMaterial: exact,
  ListAliases: {
    support: 'exact',
    note: 'AWS’s predefined aliases are the usual ones, not all that AWS has.',
  },
  ListGrants: exact,
  ListKeyPolicies: exact,
  ListKeyRotations: exact,
  ListKeys: exact,
  ListResourceTags: exact,
  ListRetirableGrants: exact,
  PutKeyPolicy: { support: 'exact', note: 'Principals need not exist: any ARN of the right form is taken.' },
  ReEncrypt: exact,
  ReplicateKey: {
    support: 'exact',
    note: 'Answers Creating, as AWS does; the replica can be used at once. Any Region of the partition that the AWS SDK lists is one, whether or not AWS KMS is there.',
  },
  RetireGrant: exact,
  RevokeGrant: exact,
  RotateKeyOnDemand: { support: 'exact', note: 'Done at once.' },
  ScheduleKeyDeletion: { support: 'exact', note: 'Deletes by the emulator’s clock.' },
  Sign: { support: 'exact', note: 'But for the message types that are refused below.' },
  TagResource: exact,
  UntagResource: exact,
  UpdateAlias: exact,
  UpdateCustomKeyStore: simulatedStore,
  UpdateKeyDescription: exact,
  UpdatePrimaryRegion: { support: 'exact', note: 'Done at once: no key is ever Updating.' },
  Verify: { support: 'exact', note: 'But for the message types that are refused below.' },
  VerifyMac: exact,
};
