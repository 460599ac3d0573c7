import type { FaultName } from '../faults/kms-faults.ts';

/** A state in which a key can be. Deletion, import and replication will add theirs. */
export type KeyState = 'Enabled' | 'Disabled';

/** Operations that move a key from one state to another. */
export type StateChange = 'EnableKey' | 'DisableKey';

export interface KeyStateRow {
  /** The answer to an operation that uses the key, or undefined where it may be used. */
  readonly refusal: { readonly fault: FaultName; readonly text: (arn: string) => string } | undefined;
  /** The state that each change leads to. */
  readonly changes: Readonly<Record<StateChange, KeyState>>;
}

/** AWS KMS developer guide, "Key states of AWS KMS keys". */
export const keyStates: Readonly<Record<KeyState, KeyStateRow>> = {
  Enabled: {
    refusal: undefined,
    changes: { EnableKey: 'Enabled', DisableKey: 'Disabled' },
  },
  Disabled: {
    refusal: { fault: 'DisabledException', text: (arn) => `${arn} is disabled.` },
    changes: { EnableKey: 'Enabled', DisableKey: 'Disabled' },
  },
};
