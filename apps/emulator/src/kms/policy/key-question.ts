import type { Awaitable } from '@keyfold/crypto-core';
import type { Grant } from '../keys/grant-book.ts';
import { readGrantToken } from '../keys/grant-book.ts';
import type { Key } from '../keys/key.ts';
import type { Call } from '../operations/operation.ts';
import { accessContext, type Members } from './access-context.ts';
import type { KeyPermission } from './access-rows.ts';
import type { CallerIdentity } from './caller-identity.ts';
import { usesContextKey } from './context-keys.ts';
import { type AccessDecision, type AccessQuestion, decide } from './decide.ts';
import { type GrantUse, matchGrantee } from './grant.ts';
import { grantUseOf } from './grant-use.ts';
import type { KeyTarget } from './key-target.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { RequestContext } from './request-context.ts';
import { policyOf } from './stored-policy.ts';

/** What is asked about, by one permission of a request. */
export interface Subject {
  readonly action: string;
  readonly arn: string;
  readonly accountId: string;
  readonly encryptionContext: readonly (readonly [string, string])[];
  readonly key?: Key;
  readonly aliases?: readonly string[];
  readonly requestAlias?: string | undefined;
  readonly grantUse?: GrantUse;
}

/** The context of a question, which is made when it is first asked for a key: most policies ask for none of it. */
class QuestionContext implements RequestContext {
  readonly #call: Call;
  readonly #members: Members;
  readonly #subject: Subject;
  #made: RequestContext | undefined;

  constructor(call: Call, members: Members, subject: Subject) {
    this.#call = call;
    this.#members = members;
    this.#subject = subject;
  }

  get(key: string): readonly string[] | undefined {
    return this.#context().get(key);
  }

  has(key: string): boolean {
    return this.#context().has(key);
  }

  #context(): RequestContext {
    this.#made ??= this.#make();
    return this.#made;
  }

  #make(): RequestContext {
    const { caller, clock, connection, identity } = this.#call;
    return accessContext({
      identity,
      connection,
      members: this.#members,
      operation: caller.operation,
      region: caller.region,
      nowMs: clock.now().wallMs,
      ...this.#subject,
    });
  }
}

/** The question whether a request's caller has a permission. */
export function questionOf(call: Call, members: Members, subject: Subject): AccessQuestion {
  const { action, arn, accountId, key, grantUse } = subject;
  return {
    principal: call.identity.principal,
    identityPolicies: call.identity.policies,
    action,
    resource: { arn, accountId, keyPolicy: key && policyOf(key.record), grantUse },
    context: new QuestionContext(call, members, subject),
  };
}

/** The same about a key. */
export function keyQuestion(
  permission: KeyPermission,
  target: KeyTarget,
  members: Members,
  call: Call,
): Awaitable<AccessQuestion> {
  const aliases = aliasesAskedFor(target.key, call);
  return aliases instanceof Promise
    ? questionLater(permission, target, members, call, aliases)
    : questionWith(permission, target, members, call, aliases);
}

/** Apart from who asks it: a function that has a closure in it makes what that one needs even where it is not used. */
async function questionLater(
  permission: KeyPermission,
  target: KeyTarget,
  members: Members,
  call: Call,
  aliases: Promise<readonly string[]>,
): Promise<AccessQuestion> {
  return questionWith(permission, target, members, call, await aliases);
}

function questionWith(
  permission: KeyPermission,
  { key, requestAlias }: KeyTarget,
  members: Members,
  call: Call,
  aliases: readonly string[],
): AccessQuestion {
  const grantUse = grantUseOf(permission, members, call.identity);
  return questionOf(call, members, {
    action: permission.action,
    arn: key.arn,
    accountId: key.address.accountId,
    encryptionContext: grantUse.encryptionContext,
    key,
    aliases,
    requestAlias,
    grantUse,
  });
}

/** Condition keys whose values a key's aliases decide, in lower case. */
const aliasKeys = ['kms:resourcealiases', 'kms:reencryptonsamekey'] as const;

/** A key's aliases, which are read where a policy asks for them and nowhere else. */
function aliasesAskedFor(key: Key, { aliases, identity }: Call): Awaitable<readonly string[]> {
  if (
    !asksForAliases(policyOf(key.record)) &&
    !identity.policies.some(({ document }) => asksForAliases(document))
  )
    return [];
  return aliases
    .list(key.address, { keyId: key.address.keyId, limit: Number.POSITIVE_INFINITY })
    .then((found) => found.map(({ name }) => name));
}

function asksForAliases(policy: PolicyDocument): boolean {
  return aliasKeys.some((name) => usesContextKey(policy, name));
}

/** Decides a question about a key. Grants are read only where the policies do not allow. */
export function decideWithGrants(
  question: AccessQuestion,
  key: Key,
  members: Members,
  call: Call,
): Awaitable<AccessDecision> {
  const decision = decide(question);
  return decision.allowed || decision.reason === 'resource-deny' || decision.reason === 'identity-deny'
    ? decision
    : decideByGrants(question, key, members, call);
}

async function decideByGrants(
  question: AccessQuestion,
  key: Key,
  members: Members,
  call: Call,
): Promise<AccessDecision> {
  const retirable = await grantToRetire(key, members, call);
  if (retirable !== undefined)
    return { allowed: true, decidedBy: `grant ${retirable.id} lets the caller retire it` };
  const grants: Grant[] = [];
  for await (const grant of call.grants.of(key.address)) grants.push(grant);
  return decide({ ...question, resource: { ...question.resource, grants } });
}

/** The grant that RetireGrant names, where the caller is its retiring principal. */
async function grantToRetire(key: Key, members: Members, call: Call): Promise<Grant | undefined> {
  if (call.caller.operation !== 'RetireGrant') return undefined;
  const { GrantId, GrantToken } = members;
  const id = typeof GrantToken === 'string' ? readGrantToken(GrantToken)?.id : GrantId;
  const grant = typeof id === 'string' ? await call.grants.get(key.address, id) : undefined;
  return isRetiringPrincipal(grant, call.identity) ? grant : undefined;
}

function isRetiringPrincipal(grant: Grant | undefined, { principal }: CallerIdentity): boolean {
  if (grant === undefined) return false;
  const { retiringPrincipal, retiringServicePrincipal } = grant.record;
  if (principal.kind === 'service') return retiringServicePrincipal === principal.arn;
  return matchGrantee(retiringPrincipal, principal) !== undefined;
}
