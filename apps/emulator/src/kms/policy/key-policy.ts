import { KmsFault } from '../faults/kms-fault.ts';
import { accountPrincipalArn, type Place } from '../keys/key-address.ts';
import { type AccessQuestion, decide } from './decide.ts';
import { type PolicyDocument, parsePolicy } from './policy-document.ts';
import { PolicyFlaw } from './policy-flaw.ts';
import { principalOfArn } from './principal.ts';

/** AWS KMS developer guide, "Resource quotas": the longest key policy, in bytes of UTF-8. */
const maxPolicyByteLength = 32_768;

/**
 * Reads a key policy that a request brings.
 *
 * @throws {KmsFault} MalformedPolicyDocumentException, which has a text for principals only; LimitExceededException
 */
export function readKeyPolicy(text: string): PolicyDocument {
  if (Buffer.byteLength(text) > maxPolicyByteLength) throw new KmsFault('LimitExceededException');
  try {
    return parsePolicy(text, 'key');
  } catch (error) {
    if (!(error instanceof PolicyFlaw)) throw error;
    throw new KmsFault(
      'MalformedPolicyDocumentException',
      error.kind === 'principals' ? error.message : undefined,
    );
  }
}

export interface LockoutQuestion extends Pick<AccessQuestion, 'principal' | 'identityPolicies' | 'context'> {
  readonly keyPolicy: PolicyDocument;
  readonly keyArn: string;
  readonly place: Place;
  /** Whether the caller is told apart from others. An anonymous one stands for everybody in its account. */
  readonly anonymous: boolean;
}

/**
 * The safety check of CreateKey and PutKeyPolicy: who sets a policy must be able to set the next one.
 *
 * @throws {KmsFault} MalformedPolicyDocumentException
 */
export function requireNoLockout(question: LockoutQuestion): void {
  const { keyPolicy, keyArn, place, principal, identityPolicies, context, anonymous } = question;
  const resource = { arn: keyArn, accountId: place.accountId, keyPolicy };
  const action = 'kms:PutKeyPolicy';
  const callers = anonymous
    ? [
        accountPrincipalArn(place),
        ...keyPolicy.statements.flatMap(({ principals }) => [...(principals?.arns ?? [])]),
      ].flatMap((arn) => asCaller(arn) ?? [])
    : [principal];
  const isOpen = callers.some(
    (caller) =>
      caller.accountId === place.accountId &&
      decide({ principal: caller, identityPolicies, action, resource, context }).allowed,
  );
  // As AWS answers: github.com/terraform-aws-modules/terraform-aws-kms/issues/14.
  if (!isOpen)
    throw new KmsFault(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
}

/** A role by its session, which is how it calls. */
function asCaller(arn: string): ReturnType<typeof principalOfArn> {
  const [, partition = '', , , accountId = '', what = ''] = arn.split(':');
  return what.startsWith('role/')
    ? principalOfArn(`arn:${partition}:sts::${accountId}:assumed-role/${what.split('/').at(-1)}/session`, arn)
    : principalOfArn(arn);
}
