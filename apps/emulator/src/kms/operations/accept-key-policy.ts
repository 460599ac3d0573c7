import { type KeyAddress, keyArn } from '../keys/key-address.ts';
import { accessContext } from '../policy/access-context.ts';
import { readKeyPolicy, requireNoLockout } from '../policy/key-policy.ts';
import type { Call } from './operation.ts';

export interface NewKeyPolicy {
  readonly policy: string;
  readonly bypassSafetyCheck: boolean | undefined;
}

/**
 * Looks at the policy that a key is to get.
 *
 * @throws {KmsFault} MalformedPolicyDocumentException for one that is none, or, unless the request bypasses that check, under which
 *   the caller could not set the next; LimitExceededException for one that is too long
 */
export function acceptKeyPolicy(
  { policy, bypassSafetyCheck }: NewKeyPolicy,
  address: KeyAddress,
  call: Call,
): void {
  const keyPolicy = readKeyPolicy(policy);
  if (bypassSafetyCheck === true) return;
  const { caller, clock, connection, identity } = call;
  requireNoLockout({
    keyPolicy,
    keyArn: keyArn(address),
    place: address,
    principal: identity.principal,
    identityPolicies: identity.policies,
    anonymous: identity.anonymous,
    context: accessContext({
      identity,
      connection,
      members: {},
      operation: caller.operation,
      region: caller.region,
      nowMs: clock.now().wallMs,
      encryptionContext: [],
    }),
  });
}
