import { KmsFault } from '../faults/kms-fault.ts';
import type { RefusalReason } from './decide.ts';

/** AWS's ends of the sentence. IAM user guide, "Troubleshoot access denied error messages". */
const endings: Readonly<Record<RefusalReason, (onResource: string, action: string) => string>> = {
  'resource-deny': (onResource) => `${onResource}with an explicit deny in a resource-based policy`,
  'identity-deny': (onResource) => `${onResource}with an explicit deny in an identity-based policy`,
  'no-resource-allow': (onResource, action) =>
    `${onResource}because no resource-based policy allows the ${action} action`,
  'no-identity-allow': (onResource, action) =>
    `${onResource}because no identity-based policy allows the ${action} action`,
  // AWS does not tell other accounts which keys there are.
  'other-account': () =>
    'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
};

/**
 * AWS's refusal of a caller.
 *
 * @param resource - as AWS names it; undefined where it names none.
 */
export function accessDenied(
  principalArn: string,
  action: string,
  resource: string | undefined,
  reason: RefusalReason,
): KmsFault {
  const onResource = resource === undefined ? '' : `on resource: ${resource} `;
  return new KmsFault(
    'AccessDeniedException',
    `User: ${principalArn} is not authorized to perform: ${action} ${endings[reason](onResource, action)}`,
  );
}

/** AWS's refusal where the key is named by nothing but a ciphertext: github.com/aws/aws-encryption-sdk-javascript/issues/1005. */
export function keyOfCiphertextHidden(): KmsFault {
  return new KmsFault(
    'AccessDeniedException',
    'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
  );
}
