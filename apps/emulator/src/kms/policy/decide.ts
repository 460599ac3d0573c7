import { evaluatePolicy, type PolicyAnswer } from './evaluate-policy.ts';
import { type GrantRecord, type GrantUse, grantAllows, matchGrantee } from './grant.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { Principal } from './principal.ts';
import type { RequestContext } from './request-context.ts';

/** A policy of an identity, by a name that explanations use. */
export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

export interface AccessQuestion {
  readonly principal: Principal;
  readonly identityPolicies: readonly NamedPolicy[];
  /** `kms:Encrypt` */
  readonly action: string;
  readonly resource: AccessResource;
  readonly context: RequestContext;
}

export interface AccessResource {
  /** An ARN, or `*`. */
  readonly arn: string;
  readonly accountId: string;
  /** Of a key; aliases, key stores and `*` have none. */
  readonly keyPolicy?: PolicyDocument | undefined;
  readonly grants?: readonly { readonly id: string; readonly record: GrantRecord }[];
  readonly grantUse?: GrantUse | undefined;
}

/** What stood in the way. */
export type RefusalReason =
  | 'resource-deny'
  | 'identity-deny'
  | 'no-resource-allow'
  | 'no-identity-allow'
  | 'other-account';

/** A decision, and in words what decided it. */
export type AccessDecision =
  | { readonly allowed: true; readonly decidedBy: string }
  | { readonly allowed: false; readonly decidedBy: string; readonly reason: RefusalReason };

/**
 * Decides a request as AWS KMS does.
 *
 * AWS KMS developer guide, "Determining access to AWS KMS keys" and "Troubleshooting AWS KMS permissions": a denial anywhere wins;
 * then the key policy must allow by name, or leave it to the caller's account whose policies allow, or a grant must allow; from
 * another account both sides must allow.
 */
export function decide(question: AccessQuestion): AccessDecision {
  const { principal, resource } = question;
  const key = askKeyPolicy(question);
  const identity = askIdentity(question);
  if (key.deny !== undefined) return refused('resource-deny', `${key.deny} of the key policy denies`);
  if (identity.deny !== undefined) return refused('identity-deny', `${identity.deny} denies`);
  if (principal.accountId !== resource.accountId) return decideAcrossAccounts(question, key, identity);
  if (resource.keyPolicy === undefined)
    return identity.allow === undefined
      ? refused('no-identity-allow', 'no policy of the caller allows')
      : allowed(`${identity.allow} allows`);
  if (key.allow !== undefined) return allowedByKeyPolicy(key.allow);
  if (key.delegate !== undefined && identity.allow !== undefined)
    return allowed(
      `${key.delegate} of the key policy leaves it to the account, and ${identity.allow} allows`,
    );
  const grant = askGrants(question, identity.allow !== undefined);
  if (grant !== undefined) return allowed(`grant ${grant} allows`);
  return key.delegate === undefined
    ? refused('no-resource-allow', 'no statement of the key policy and no grant allows')
    : refused(
        'no-identity-allow',
        `${key.delegate} of the key policy leaves it to the account, but no policy of the caller allows`,
      );
}

function decideAcrossAccounts(
  question: AccessQuestion,
  key: PolicyAnswer,
  identity: PolicyAnswer,
): AccessDecision {
  const statement = key.allow ?? key.delegate;
  const grant = statement === undefined ? askGrants(question, true) : undefined;
  const source = statement === undefined ? grant && `grant ${grant}` : `${statement} of the key policy`;
  if (source === undefined)
    return refused('other-account', "neither the other account's key policy nor a grant allows");
  return identity.allow === undefined
    ? refused('no-identity-allow', `${source} allows the other account, but no policy of the caller allows`)
    : allowed(`${source} allows, and so does ${identity.allow}`);
}

function askKeyPolicy({ principal, action, resource, context }: AccessQuestion): PolicyAnswer {
  const { keyPolicy, arn } = resource;
  return keyPolicy === undefined
    ? silent
    : evaluatePolicy(keyPolicy, { principal, action, resource: arn, context });
}

/** All policies of the identity together; the account's root user needs none. */
function askIdentity({
  principal,
  identityPolicies,
  action,
  resource,
  context,
}: AccessQuestion): PolicyAnswer {
  if (principal.kind === 'root') return ofRoot;
  let deny: string | undefined;
  let allow: string | undefined;
  for (const { name, document } of identityPolicies) {
    const answer = evaluatePolicy(document, { principal, action, resource: resource.arn, context });
    if (answer.deny !== undefined) deny ??= `${answer.deny} of the caller's policy ${name}`;
    if (answer.allow !== undefined) allow ??= `${answer.allow} of the caller's policy ${name}`;
  }
  return { deny, allow, delegate: undefined };
}

/** The id of a grant that allows. One to a whole account leaves it to the account's policies. */
function askGrants({ principal, resource }: AccessQuestion, identityAllows: boolean): string | undefined {
  const { grants = [], grantUse } = resource;
  if (grantUse === undefined) return undefined;
  return grants.find(({ record }) => {
    const match = matchGrantee(record.granteePrincipal, principal);
    return (match === 'named' || (match === 'account' && identityAllows)) && grantAllows(record, grantUse);
  })?.id;
}

const silent: PolicyAnswer = { deny: undefined, allow: undefined, delegate: undefined };
const ofRoot: PolicyAnswer = { ...silent, allow: "the account's own root user" };

/** The last decision of the kind that nearly all are. A journal finds the words of one that it has already as soon as it looks. */
let lastAllow: { readonly statement: string; readonly decision: AccessDecision } | undefined;

function allowedByKeyPolicy(statement: string): AccessDecision {
  if (lastAllow?.statement !== statement)
    lastAllow = { statement, decision: allowed(`${statement} of the key policy allows`) };
  return lastAllow.decision;
}

function allowed(decidedBy: string): AccessDecision {
  return { allowed: true, decidedBy };
}

function refused(reason: RefusalReason, decidedBy: string): AccessDecision {
  return { allowed: false, decidedBy, reason };
}
