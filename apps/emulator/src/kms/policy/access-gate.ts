import type { Awaitable } from '@keyfold/crypto-core';
import { KmsFault } from '../faults/kms-fault.ts';
import { readGrantToken } from '../keys/grant-book.ts';
import { aliasArn, keyArn } from '../keys/key-address.ts';
import { readPredefinedAlias } from '../keys/managing-services.ts';
import type { Call, Operation } from '../operations/operation.ts';
import type { JsonMembers } from '../wire/parse-request-body.ts';
import { readMembers } from '../wire/read-members.ts';
import type { Members } from './access-context.ts';
import { accessDenied, keyOfCiphertextHidden } from './access-denied.ts';
import { type AccessRow, accessRow, type KeyPermission } from './access-rows.ts';
import type { CallerIdentity } from './caller-identity.ts';
import { type AccessDecision, type AccessQuestion, decide } from './decide.ts';
import { decideWithGrants, keyQuestion, questionOf } from './key-question.ts';
import { findTarget, type KeyTarget } from './key-target.ts';
import { isKeptByService } from './managed-key-use.ts';

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

/** Told of the decisions about one request. */
export interface DecisionWatcher {
  decided?(report: AccessReport): void;
}

/** The keys that a request may use; undefined where the caller's own account may use all of its keys. */
export type Admission = readonly string[] | undefined;

/** The place where requests are let through or refused, before the operation runs. */
export class AccessGate {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * Decides a request. Keys of another account are decided in every mode, or accounts would not be apart.
   *
   * @param watcher - told of this request's decisions, beside who is told of all.
   * @throws {KmsFault} AccessDeniedException, InvalidGrantTokenException, and whatever an invalid request is answered with
   */
  admit(members: Members, call: Call, watcher?: DecisionWatcher): Awaitable<Admission> {
    const mode = this.#modeFor(call.identity);
    const row = accessRow(call.caller.operation);
    let isForeign = false;
    for (const { member } of row.keys) isForeign ||= isForeignArn(members[member], call);
    // A token may be of a grant of another account.
    const hasTokens = members['GrantTokens'] !== undefined || members['GrantToken'] !== undefined;
    if (mode === 'off' && !isForeign && !hasTokens) return undefined;
    const request = { call, members, mode, watcher };
    const tokens = members['GrantTokens'];
    return Array.isArray(tokens)
      ? requireGrantTokens(tokens, call).then(() => this.#decide(request, row))
      : this.#decide(request, row);
  }

  #modeFor({ anonymous, unrestricted }: CallerIdentity): EnforcementMode {
    if (unrestricted) return 'off';
    return this.#options.mode ?? (anonymous ? 'off' : 'strict');
  }

  #decide(request: GateRequest, row: AccessRow): Awaitable<Admission> {
    const { mode } = request;
    if (mode !== 'off' && (row.keys.length === 0 || row.alias === true)) this.#decidePlain(request, row);
    if (mode !== 'off') this.#decideFurther(request, row);
    // What names no key, or only looks for one, is not let through to any in particular.
    return row.keys.length === 0 ? undefined : this.#decideKeys(request, row, 0, []);
  }

  /** Decides about the keys of a row from one on, the first that is refused being the one that is told. */
  #decideKeys(
    request: GateRequest,
    row: AccessRow,
    from: number,
    admitted: readonly string[],
  ): Awaitable<readonly string[]> {
    const permission = row.keys[from];
    if (permission === undefined) return admitted;
    const found = findTarget(permission, request.members, request.call);
    if (found instanceof Promise || found === undefined)
      return this.#decideKeysLater(request, row, from, admitted, found);
    const deciding = this.#decideTarget(request, row, permission, found);
    return deciding instanceof Promise
      ? this.#decideKeysAfter(deciding, request, row, from + 1, [...admitted, found.key.arn])
      : this.#decideKeys(request, row, from + 1, [...admitted, found.key.arn]);
  }

  /** Apart, as the next one is, so that the way without promises makes nothing for them. */
  async #decideKeysLater(
    request: GateRequest,
    row: AccessRow,
    from: number,
    admitted: readonly string[],
    finding: Awaitable<KeyTarget | undefined>,
  ): Promise<readonly string[]> {
    const permission = row.keys[from];
    if (permission === undefined) return admitted;
    const target = (await finding) ?? (await this.#makeTarget(request, permission));
    if (target === undefined) return this.#decideKeys(request, row, from + 1, admitted);
    await this.#decideTarget(request, row, permission, target);
    return this.#decideKeys(request, row, from + 1, [...admitted, target.key.arn]);
  }

  async #decideKeysAfter(
    deciding: Promise<void>,
    request: GateRequest,
    row: AccessRow,
    from: number,
    admitted: readonly string[],
  ): Promise<readonly string[]> {
    await deciding;
    return this.#decideKeys(request, row, from, admitted);
  }

  #decideTarget(
    request: GateRequest,
    row: AccessRow,
    permission: KeyPermission,
    target: KeyTarget,
  ): Awaitable<void> {
    const { call, mode } = request;
    const { key } = target;
    const isForeign = key.address.accountId !== call.caller.accountId;
    if (isForeign && !row.crossAccount)
      throw accessDenied(call.identity.principal.arn, permission.action, key.arn, 'other-account');
    return mode !== 'off' || isForeign || key.record.managedBy !== undefined
      ? this.#decideKey(request, permission, target, isForeign)
      : undefined;
  }

  /** Permissions that no key's policy has a say in. */
  #decidePlain(request: GateRequest, row: AccessRow): void {
    const { call, members, mode } = request;
    const name = members['AliasName'];
    const question = questionOf(call, members, {
      action: `kms:${call.caller.operation}`,
      arn: row.alias === true && typeof name === 'string' ? aliasArn(call.caller, name) : '*',
      accountId: call.caller.accountId,
      encryptionContext: [],
    });
    this.#settle(question, decide(question), request, mode === 'strict');
  }

  #decideFurther(request: GateRequest, { further = [] }: AccessRow): void {
    const { call, members, mode } = request;
    for (const { action, whenGiven, regionMember } of further) {
      if (whenGiven !== undefined && members[whenGiven] === undefined) continue;
      const region = String(regionMember === undefined ? call.caller.region : members[regionMember]);
      const question = questionOf({ ...call, caller: { ...call.caller, region } }, members, {
        action,
        arn: '*',
        accountId: call.caller.accountId,
        encryptionContext: [],
      });
      this.#settle(question, decide(question), request, mode === 'strict');
    }
  }

  /**
   * The AWS managed key behind a predefined alias that has none yet: DescribeKey has it made, here for who may then look at it. Its
   * policy leaves that to the account, so the caller's policies decide.
   */
  async #makeTarget(request: GateRequest, permission: KeyPermission): Promise<KeyTarget | undefined> {
    const { call, members, mode } = request;
    const keyId = members[permission.member];
    if (call.caller.operation !== 'DescribeKey' || typeof keyId !== 'string') return undefined;
    const managed = readPredefinedAlias(keyId, call.caller);
    if (managed === undefined) return undefined;
    const { arn, name, place, service } = managed;
    const question = questionOf(call, members, {
      action: permission.action,
      // What the key's id will be, nobody can have written into a policy.
      arn: keyArn({ ...place, keyId: '*' }),
      accountId: place.accountId,
      encryptionContext: [],
      requestAlias: name,
    });
    const decision = decide(question);
    if (mode === 'strict' && !decision.allowed)
      this.#settle({ ...question, resource: { ...question.resource, arn } }, decision, request, true);
    await call.managedKeys.arnOf(service, place);
    return findTarget(permission, members, call);
  }

  #decideKey(
    request: GateRequest,
    permission: KeyPermission,
    target: KeyTarget,
    isForeign: boolean,
  ): Awaitable<void> {
    const { call, members } = request;
    const question = keyQuestion(permission, target, members, call);
    if (question instanceof Promise) return this.#decideKeyLater(request, target, isForeign, question);
    const decision = decideWithGrants(question, target.key, members, call);
    if (decision instanceof Promise)
      return this.#decideKeyLater(request, target, isForeign, question, decision);
    this.#settleKey(request, target, isForeign, question, decision);
  }

  async #decideKeyLater(
    request: GateRequest,
    target: KeyTarget,
    isForeign: boolean,
    asking: Awaitable<AccessQuestion>,
    deciding?: Promise<AccessDecision>,
  ): Promise<void> {
    const { call, members } = request;
    const question = await asking;
    const decision = await (deciding ?? decideWithGrants(question, target.key, members, call));
    this.#settleKey(request, target, isForeign, question, decision);
  }

  #settleKey(
    request: GateRequest,
    { key, byCiphertext }: KeyTarget,
    isForeign: boolean,
    question: AccessQuestion,
    decision: AccessDecision,
  ): void {
    // What a managed key's policy does not let in is refused in every mode, where the key is used.
    const enforced = request.mode === 'strict' || isForeign || isKeptByService(key, decision);
    this.#settle(question, decision, request, enforced, byCiphertext);
  }

  #settle(
    question: AccessQuestion,
    decision: AccessDecision,
    { call, watcher }: GateRequest,
    enforced: boolean,
    byCiphertext = false,
  ): void {
    const { action, resource, principal } = question;
    const report: AccessReport = {
      operation: call.caller.operation,
      action,
      principal: principal.arn,
      resource: resource.arn,
      allowed: decision.allowed,
      enforced,
      decidedBy: decision.decidedBy,
    };
    this.#options.onDecision?.(report);
    watcher?.decided?.(report);
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
  readonly watcher: DecisionWatcher | undefined;
}

/** Every name of the keys that a request is about, as far as there are such keys: their ARNs and their aliases. */
export async function namesOfKeys(
  operation: Operation,
  json: JsonMembers,
  call: Call,
): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    const members = readMembers(operation.input, json) as Members;
    for (const permission of accessRow(operation.name).keys) {
      const target = await findTarget(permission, members, call);
      if (target === undefined) continue;
      const { address, arn } = target.key;
      const aliases = await call.aliases.list(address, {
        keyId: address.keyId,
        limit: Number.POSITIVE_INFINITY,
      });
      names.push(arn, ...aliases.map(({ name }) => name));
    }
  } catch (error) {
    // What is wrong with the request, its operation will say.
    if (!(error instanceof KmsFault)) throw error;
  }
  return names;
}

function isForeignArn(value: unknown, { caller }: Call): boolean {
  return typeof value === 'string' && value.startsWith('arn:') && value.split(':', 5)[4] !== caller.accountId;
}

/** @throws {KmsFault} InvalidGrantTokenException for a token that names no grant */
async function requireGrantTokens(tokens: readonly unknown[], { grants }: Call): Promise<void> {
  for (const token of tokens) {
    const named = readGrantToken(String(token));
    if (named === undefined || (await grants.get(named.address, named.id)) === undefined)
      throw new KmsFault('InvalidGrantTokenException');
  }
}
