import type { FaultName } from '../faults/kms-faults.ts';
import type { ShapeName } from '../model/shapes.ts';

/** A state in which a key can be. */
export type KeyState =
  | 'Creating'
  | 'Disabled'
  | 'Enabled'
  | 'PendingDeletion'
  | 'PendingImport'
  | 'PendingReplicaDeletion'
  | 'Unavailable'
  | 'Updating';

/** How AWS names a state when it refuses an operation because of it. */
export interface StateRefusal {
  readonly fault: FaultName;
  readonly text: (arn: string) => string;
}

/** The refusal of an operation that a state does not allow. */
export const keyStates: Readonly<Record<KeyState, StateRefusal>> = {
  Creating: { fault: 'KMSInvalidStateException', text: (arn) => `${arn} is creating.` },
  Disabled: { fault: 'DisabledException', text: (arn) => `${arn} is disabled.` },
  Enabled: { fault: 'KMSInvalidStateException', text: (arn) => `${arn} is enabled.` },
  PendingDeletion: { fault: 'KMSInvalidStateException', text: (arn) => `${arn} is pending deletion.` },
  PendingImport: { fault: 'KMSInvalidStateException', text: (arn) => `${arn} is pending import.` },
  PendingReplicaDeletion: {
    fault: 'KMSInvalidStateException',
    text: (arn) => `${arn} is pending replica deletion.`,
  },
  Unavailable: { fault: 'KMSInvalidStateException', text: (arn) => `${arn} is unavailable.` },
  Updating: { fault: 'KMSInvalidStateException', text: (arn) => `${arn} is updating.` },
};

/** The name of an operation of AWS KMS. */
export type OperationName<Name extends string = ShapeName> = Name extends `${infer Operation}Request`
  ? Operation
  : never;

const deleting = ['PendingDeletion', 'PendingReplicaDeletion'] as const;
const changing = ['Creating', 'Updating'] as const;
/** What operations that use a key's material refuse. */
const unusable = ['Disabled', 'PendingImport', 'Unavailable', 'Creating', ...deleting] as const;
const rotating = ['Disabled', 'Unavailable', ...deleting, ...changing] as const;

/**
 * AWS KMS developer guide, "Key states of AWS KMS keys": the states in which an operation is refused. Operations that are not
 * here are refused in none.
 */
export const refusedStates: Readonly<Partial<Record<OperationName, readonly KeyState[]>>> = {
  Encrypt: unusable,
  Decrypt: unusable,
  ReEncrypt: unusable,
  GenerateDataKey: unusable,
  GenerateDataKeyWithoutPlaintext: unusable,
  GenerateDataKeyPair: unusable,
  GenerateDataKeyPairWithoutPlaintext: unusable,
  Sign: unusable,
  Verify: unusable,
  GenerateMac: unusable,
  VerifyMac: unusable,
  DeriveSharedSecret: unusable,
  Encapsulate: unusable,
  Decapsulate: unusable,
  GetPublicKey: unusable,
  CreateGrant: ['Disabled', 'PendingImport', 'Creating', ...deleting],
  EnableKey: ['PendingImport', ...deleting, ...changing],
  DisableKey: ['PendingImport', ...deleting, ...changing],
  // A key without material has an origin that rotates on demand alone, which is what is answered then.
  EnableKeyRotation: rotating,
  DisableKeyRotation: rotating,
  RotateKeyOnDemand: ['PendingImport', ...rotating],
  ReplicateKey: ['Disabled', ...deleting, ...changing],
  UpdatePrimaryRegion: ['Disabled', ...deleting, ...changing],
  ScheduleKeyDeletion: [...deleting, ...changing],
  UpdateKeyDescription: [...deleting, ...changing],
  CreateAlias: [...deleting, 'Creating'],
  UpdateAlias: [...deleting, 'Creating'],
  TagResource: [...deleting, 'Creating'],
  UntagResource: [...deleting, 'Creating'],
  GetParametersForImport: [...deleting, ...changing],
  ImportKeyMaterial: [...deleting, ...changing],
};
