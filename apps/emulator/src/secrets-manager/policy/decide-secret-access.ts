import { type AccessDecision, decide, type NamedPolicy } from '../../kms/policy/decide.ts';
import { evaluatePolicy } from '../../kms/policy/evaluate-policy.ts';
import type { PolicyDocument } from '../../kms/policy/policy-document.ts';
import type { Principal } from '../../kms/policy/principal.ts';
import type { RequestContext } from '../../kms/policy/request-context.ts';

export interface SecretAccessQuestion {
  readonly principal: Principal;
  readonly identityPolicies: readonly NamedPolicy[];
  /** `secretsmanager:GetSecretValue` */
  readonly action: string;
  /** An ARN, the name that was asked for, or `*`. */
  readonly resource: string;
  /** Whose the resource is. */
  readonly accountId: string;
  readonly resourcePolicy: PolicyDocument | undefined;
  readonly context: RequestContext;
}

/**
 * Decides a request as AWS Secrets Manager does: a denial anywhere wins; in one account either the caller's policies or the secret's
 * must allow, and from another account both.
 *
 * IAM user guide, "Policy evaluation logic"; AWS Secrets Manager user guide, "Access secrets from a different account".
 */
export function decideSecretAccess({
  principal,
  identityPolicies,
  action,
  resource,
  accountId,
  resourcePolicy,
  context,
}: SecretAccessQuestion): AccessDecision {
  const secret =
    resourcePolicy === undefined
      ? undefined
      : evaluatePolicy(resourcePolicy, { principal, action, resource, context });
  if (secret?.deny !== undefined)
    return {
      allowed: false,
      reason: 'resource-deny',
      decidedBy: `${secret.deny} of the resource policy denies`,
    };
  // Without a policy of the resource's, and in the caller's own account, what decides is the caller's policies.
  const identity = decide({
    principal,
    identityPolicies,
    action,
    resource: { arn: resource, accountId: principal.accountId },
    context,
  });
  if (!identity.allowed && identity.reason === 'identity-deny') return identity;
  const isForeign = principal.accountId !== accountId;
  const statement = secret?.allow ?? (isForeign ? secret?.delegate : undefined);
  if (statement === undefined)
    return isForeign
      ? {
          allowed: false,
          reason: 'no-resource-allow',
          decidedBy: 'no statement of a resource policy lets the other account in',
        }
      : identity;
  if (isForeign && !identity.allowed) return identity;
  return { allowed: true, decidedBy: `${statement} of the resource policy allows` };
}
