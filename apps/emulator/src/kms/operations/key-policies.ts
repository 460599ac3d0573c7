import { ownFault } from '../faults/own-texts.ts';
import { acceptKeyPolicy } from './accept-key-policy.ts';
import { findManagedKey } from './find-key.ts';
import { readMarker } from './marker.ts';
import { defineOperation, type Operation } from './operation.ts';

/** The one policy that a key has. */
const policyName = 'default';

/** AWS KMS API reference, "GetKeyPolicy". */
export const getKeyPolicy: Operation = defineOperation(
  'GetKeyPolicy',
  'GetKeyPolicyRequest',
  async ({ KeyId, PolicyName = policyName }, call) => {
    const { record } = await findManagedKey(KeyId, call);
    requirePolicyName(PolicyName);
    return { Policy: record.policy, PolicyName: policyName };
  },
);

/** AWS KMS API reference, "PutKeyPolicy". */
export const putKeyPolicy: Operation = defineOperation(
  'PutKeyPolicy',
  'PutKeyPolicyRequest',
  async ({ KeyId, Policy, PolicyName = policyName, BypassPolicyLockoutSafetyCheck }, call) => {
    const key = await findManagedKey(KeyId, call);
    requirePolicyName(PolicyName);
    acceptKeyPolicy({ policy: Policy, bypassSafetyCheck: BypassPolicyLockoutSafetyCheck }, key.address, call);
    await call.keys.change(key, (record) =>
      record.policy === Policy ? record : { ...record, policy: Policy },
    );
    return undefined;
  },
);

/** AWS KMS API reference, "ListKeyPolicies". */
export const listKeyPolicies: Operation = defineOperation(
  'ListKeyPolicies',
  'ListKeyPoliciesRequest',
  async ({ KeyId, Marker }, call) => {
    await findManagedKey(KeyId, call);
    // One page holds all there is: no marker was ever given out.
    if (Marker !== undefined) readMarker(call.caller.operation, Marker, () => false);
    return { PolicyNames: [policyName], Truncated: false };
  },
);

function requirePolicyName(name: string): void {
  if (name !== policyName) throw ownFault('policyMissing', { policy: name });
}
