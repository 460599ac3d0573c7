import { KmsFault } from '../faults/kms-fault.ts';
import type { RefusalReason } from './decide.ts';

/** AWS's ends of the sentence. IAM user guide, "Troubleshoot access denied error messages". */
const endings: Readonly<Record<RefusalReason, (resource: string, action: string) => string>> = {
  'resource-deny': (resource) => `on resource: ${resource} with an explicit deny in a resource-based policy`,
  'identity-deny': (resource) => `on resource: ${resource} with an explicit deny in an identity-based policy`,
  'no-resource-allow': (resource, action) =>
    `on resource: ${resource} because no resource-based policy allows the ${action} action`,
  'no-identity-allow': (resource, action) =>
    `on resource: ${resource} because no identity-based policy allows the ${action} action`,
  // AWS does not tell other accounts which keys there are.
  'other-account': () =>
    'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
};

/** AWS's refusal of a caller. */
export function accessDenied(
  principalArn: string,
  action: string,
  resource: string,
  reason: RefusalReason,
): KmsFault {
  return new KmsFault(
    'AccessDeniedException',
    `User: ${principalArn} is not authorized to perform: ${action} ${endings[reason](resource, action)}`,
  );
}

/** AWS's refusal where the key is named by nothing but a ciphertext. */
export function keyOfCiphertextHidden(): KmsFault {
  return new KmsFault(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );
}
