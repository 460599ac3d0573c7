import { keyStates, type StateChange } from '../keys/key-states.ts';
import type { ShapeName } from '../model/shapes.ts';
import { findManagedKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS KMS API reference, "EnableKey". */
export const enableKey: Operation = changeKeyState('EnableKey', 'EnableKeyRequest');

/** AWS KMS API reference, "DisableKey". */
export const disableKey: Operation = changeKeyState('DisableKey', 'DisableKeyRequest');

function changeKeyState(
  name: StateChange,
  input: Extract<ShapeName, 'EnableKeyRequest' | 'DisableKeyRequest'>,
): Operation {
  return defineOperation(name, input, async ({ KeyId }, call) => {
    await call.keys.change(await findManagedKey(KeyId, call), (record) => {
      const keyState = keyStates[record.keyState].changes[name];
      return keyState === record.keyState ? record : { ...record, keyState };
    });
    return undefined;
  });
}
