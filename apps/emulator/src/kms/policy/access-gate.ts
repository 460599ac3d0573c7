import type { Awaitable } from '@keyfold/crypto-core';
import { parseCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { Grant } from '../keys/grant-book.ts';
import { readGrantToken } from '../keys/grant-book.ts';
import type { Key } from '../keys/key.ts';
import { aliasArn } from '../keys/key-address.ts';
import { readKeyReference } from '../keys/key-reference.ts';
import { lookUpKey } from '../operations/find-key.ts';
import type { Call, Operation } from '../operations/operation.ts';
import { checkConstraints } from '../wire/check-constraints.ts';
import type { JsonMembers } from '../wire/parse-request-body.ts';
import { readMembers } from '../wire/read-members.ts';
import { accessContext, type Members } from './access-context.ts';
import { accessDenied, keyOfCiphertextHidden } from './access-denied.ts';
import { type AccessRow, accessRow, type KeyPermission } from './access-rows.ts';
import type { CallerIdentity } from './caller-identity.ts';
import { type AccessDecision, type AccessQuestion, decide } from './decide.ts';
import { type GrantUse, matchGrantee } from './grant.ts';
import { grantUseOf } from './grant-use.ts';
import { policyOf } from './stored-policy.ts';

/** What becomes of a refusal: it is not looked for, it is reported and let through, or it is answered. */
export type EnforcementMode = 'off' | 'warn' | 'strict';

/** A decision about one permission, for a journal. */
export interface AccessReport {
  readonly operation: string;
  /** `kms:Encrypt` */
  readonly action: string;
  readonly principal: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** False where the refusal was let through. */
  readonly enforced: boolean;
  /** Which statement or grant decided, in words. */
  readonly decidedBy: string;
}

export interface AccessOptions {
  /** For every caller. Absent: strict for known identities, off for unknown credentials. */
  readonly mode?: EnforcementMode;
  readonly onDecision?: (report: AccessReport) => void;
}

/** The keys that a request may use; undefined where the caller's own account may use all of its keys. */
export type Admission = ReadonlySet<string> | undefined;

/** The place where requests are let through or refused, before the operation runs. */
export class AccessGate {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * Decides a request. Keys of another account are decided in every mode, or accounts would not be apart.
   *
   * @throws {KmsFault} AccessDeniedException, InvalidGrantTokenException, and whatever an invalid request is answered with
   */
  admit(operation: Operation, json: JsonMembers, call: Call): Awaitable<Admission> {
    const mode = this.#options.mode ?? (call.identity.anonymous ? 'off' : 'strict');
    const row = accessRow(operation.name);
    const isForeign = row.keys.some(({ member }) => isForeignArn(json[member], call));
    // A token may be of a grant of another account.
    const hasTokens = isGiven(json['GrantTokens']) || isGiven(json['GrantToken']);
    if (mode === 'off' && !isForeign && !hasTokens) return undefined;
    return this.#decide(operation, json, call, row, mode);
  }

  async #decide(
    operation: Operation,
    json: JsonMembers,
    call: Call,
    row: AccessRow,
    mode: EnforcementMode,
  ): Promise<Admission> {
    const members = readMembers(operation.input, json) as Members;
    checkConstraints(operation.input, members);
    await requireGrantTokens(members, call);
    const admitted = new Set<string>();
    const request = { call, members, mode };
    if (mode !== 'off' && (row.keys.length === 0 || row.alias === true)) this.#decidePlain(request, row);
    for (const permission of row.keys) {
      const target = await findTarget(permission, members, call);
      if (target === undefined) continue;
      const isForeign = target.key.address.accountId !== call.caller.accountId;
      if (isForeign && !row.crossAccount)
        throw accessDenied(call.identity.principal.arn, permission.action, target.key.arn, 'other-account');
      if (mode !== 'off' || isForeign) await this.#decideKey(request, permission, target, isForeign);
      admitted.add(target.key.arn);
    }
    // What names no key, or only looks for one, is not let through to any in particular.
    return row.keys.length === 0 ? undefined : admitted;
  }

  /** Permissions that no key's policy has a say in. */
  #decidePlain({ call, members, mode }: GateRequest, row: AccessRow): void {
    const name = members['AliasName'];
    const question = questionOf(call, members, {
      action: `kms:${call.caller.operation}`,
      arn: row.alias === true && typeof name === 'string' ? aliasArn(call.caller, name) : '*',
      accountId: call.caller.accountId,
      encryptionContext: [],
    });
    this.#settle(question, decide(question), call, mode === 'strict');
  }

  async #decideKey(
    { call, members, mode }: GateRequest,
    permission: KeyPermission,
    target: Target,
    isForeign: boolean,
  ): Promise<void> {
    const { key } = target;
    const aliases = await call.aliases.list(key.address, {
      keyId: key.address.keyId,
      limit: Number.POSITIVE_INFINITY,
    });
    const grantUse = grantUseOf(permission, members, call.identity);
    const question = questionOf(call, members, {
      action: permission.action,
      arn: key.arn,
      accountId: key.address.accountId,
      encryptionContext: grantUse.encryptionContext,
      key,
      aliases: aliases.map(({ name }) => name),
      requestAlias: target.requestAlias,
      grantUse,
    });
    this.#settle(
      question,
      await decideWithGrants(question, key, members, call),
      call,
      mode === 'strict' || isForeign,
      target.byCiphertext,
    );
  }

  #settle(
    question: AccessQuestion,
    decision: AccessDecision,
    call: Call,
    enforced: boolean,
    byCiphertext = false,
  ): void {
    const { action, resource, principal } = question;
    this.#options.onDecision?.({
      operation: call.caller.operation,
      action,
      principal: principal.arn,
      resource: resource.arn,
      allowed: decision.allowed,
      enforced,
      decidedBy: decision.decidedBy,
    });
    if (decision.allowed || !enforced) return;
    // Who has a ciphertext alone is not told which key it is under.
    throw byCiphertext
      ? keyOfCiphertextHidden()
      : accessDenied(principal.arn, action, resource.arn, decision.reason);
  }
}

interface GateRequest {
  readonly call: Call;
  readonly members: Members;
  readonly mode: EnforcementMode;
}

interface Target {
  readonly key: Key;
  readonly requestAlias: string | undefined;
  /** Whether only the ciphertext says which key it is. */
  readonly byCiphertext: boolean;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isForeignArn(value: unknown, { caller }: Call): boolean {
  return typeof value === 'string' && value.startsWith('arn:') && value.split(':', 5)[4] !== caller.accountId;
}

/** The key that a permission is about; undefined where the operation itself will say that there is none. */
async function findTarget(
  permission: KeyPermission,
  members: Members,
  call: Call,
): Promise<Target | undefined> {
  const keyId = members[permission.member];
  // A name that is no alias is the operation's to refuse.
  if (permission.member === 'AliasName' && !String(keyId).startsWith('alias/')) return undefined;
  if (typeof keyId === 'string') {
    const reference = readKeyReference(keyId, call.caller);
    const key = await lookUpKey(reference, call);
    return (
      key && {
        key,
        requestAlias: reference.kind === 'alias' ? reference.name : undefined,
        byCiphertext: false,
      }
    );
  }
  const token = call.caller.operation === 'RetireGrant' ? members['GrantToken'] : undefined;
  const blob = permission.ciphertextMember === undefined ? undefined : members[permission.ciphertextMember];
  const named =
    typeof token === 'string'
      ? readGrantToken(token)?.address
      : Buffer.isBuffer(blob)
        ? addressIn(blob, call)
        : undefined;
  const key = named && (await call.keys.find(named));
  return key && { key, requestAlias: undefined, byCiphertext: typeof token !== 'string' };
}

/** A ciphertext names a key of the caller's own place. */
function addressIn(blob: Buffer, { caller }: Call): Key['address'] | undefined {
  const parts = parseCiphertextBlob(blob);
  return parts && { accountId: caller.accountId, region: caller.region, keyId: parts.keyId };
}

interface Subject {
  readonly action: string;
  readonly arn: string;
  readonly accountId: string;
  readonly encryptionContext: readonly (readonly [string, string])[];
  readonly key?: Key;
  readonly aliases?: readonly string[];
  readonly requestAlias?: string | undefined;
  readonly grantUse?: GrantUse;
}

function questionOf(
  { caller, clock, connection, identity }: Call,
  members: Members,
  subject: Subject,
): AccessQuestion {
  const { action, arn, accountId, key, grantUse } = subject;
  return {
    principal: identity.principal,
    identityPolicies: identity.policies,
    action,
    resource: {
      arn,
      accountId,
      ...(key === undefined ? {} : { keyPolicy: policyOf(key.record) }),
      ...(grantUse === undefined ? {} : { grantUse }),
    },
    context: accessContext({
      identity,
      connection,
      members,
      operation: caller.operation,
      region: caller.region,
      nowMs: clock.now().wallMs,
      ...subject,
    }),
  };
}

/** Grants are read only where the policies do not allow. */
async function decideWithGrants(
  question: AccessQuestion,
  key: Key,
  members: Members,
  call: Call,
): Promise<AccessDecision> {
  const decision = decide(question);
  if (decision.allowed || decision.reason === 'resource-deny' || decision.reason === 'identity-deny')
    return decision;
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

/** @throws {KmsFault} InvalidGrantTokenException for a token that names no grant */
async function requireGrantTokens({ GrantTokens }: Members, { grants }: Call): Promise<void> {
  if (!Array.isArray(GrantTokens)) return;
  for (const token of GrantTokens) {
    const named = readGrantToken(String(token));
    if (named === undefined || (await grants.get(named.address, named.id)) === undefined)
      throw new KmsFault('InvalidGrantTokenException');
  }
}
