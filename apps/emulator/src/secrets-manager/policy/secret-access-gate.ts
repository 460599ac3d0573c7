import type { Members } from '../../kms/policy/access-context.ts';
import { accessDenied } from '../../kms/policy/access-denied.ts';
import type { AccessOptions, AccessReport } from '../../kms/policy/access-gate.ts';
import { policyOf } from '../../kms/policy/stored-policy.ts';
import type { Call } from '../operations/operation.ts';
import type { Secret } from '../secrets/secret-record.ts';
import { decideSecretAccess } from './decide-secret-access.ts';
import { secretAccessContext } from './secret-access-context.ts';

/** What a permission is asked for. */
export interface AccessTarget {
  /** Default: the request's operation. */
  readonly operation?: string;
  /** Where there is one of that name. */
  readonly secret?: Secret | undefined;
  /** As the request names it; `*` for no secret in particular. */
  readonly resource: string;
  readonly accountId: string;
}

/** The place where requests are let through or refused, once it is known what they are about. */
export class SecretAccessGate {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /**
   * Decides a request. Secrets of another account are decided in every mode, or accounts would not be apart.
   *
   * @throws {KmsFault} AccessDeniedException
   */
  require(target: AccessTarget, members: Members, call: Call): void {
    const { identity } = call;
    const mode = this.#options.mode ?? (identity.anonymous ? 'off' : 'strict');
    const isForeign = target.accountId !== call.caller.accountId;
    if (mode === 'off' && !isForeign) return;
    const { secret } = target;
    const operation = target.operation ?? call.caller.operation;
    const action = `secretsmanager:${operation}`;
    const resource = secret?.arn ?? target.resource;
    const { principal } = identity;
    const policy = secret?.record.policy;
    const decision = decideSecretAccess({
      principal,
      identityPolicies: identity.policies,
      action,
      resource,
      accountId: target.accountId,
      resourcePolicy: policy === undefined ? undefined : policyOf({ policy }),
      context: secretAccessContext(members, secret, call),
    });
    const enforced = mode === 'strict' || isForeign;
    const report: AccessReport = {
      operation: call.caller.operation,
      action,
      principal: principal.arn,
      resource,
      allowed: decision.allowed,
      enforced,
      decidedBy: decision.decidedBy,
    };
    this.#options.onDecision?.(report);
    call.onDecision(report);
    if (decision.allowed || !enforced) return;
    // What another account has is not told: the refusal says what the request said.
    const named = isForeign ? target.resource : resource;
    // As AWS answers: github.com/Kralizek/AWSSecretsManagerConfigurationExtensions/issues/78.
    throw accessDenied(principal.arn, action, named === '*' ? undefined : named, decision.reason);
  }
}
