import type { Key } from '../keys/key.ts';
import type { Call } from '../operations/operation.ts';
import { accessDenied } from './access-denied.ts';
import { type AccessDecision, decide } from './decide.ts';
import { questionOf } from './key-question.ts';

/**
 * Whether a decision says that an AWS managed key is used past its service: its policy lets nobody in who does not come through it.
 * That is refused in every mode, since no policy that a customer could have written is in question.
 */
export function isKeptByService({ record }: Pick<Key, 'record'>, decision: AccessDecision): boolean {
  return record.managedBy !== undefined && !decision.allowed && decision.reason === 'no-resource-allow';
}

/** The same where nothing has been decided yet, since nothing is enforced for the caller. */
export function isUsedPastService(key: Key, action: string, call: Call): boolean {
  if (key.record.managedBy === undefined || call.admission !== undefined) return false;
  const { arn, address } = key;
  const question = questionOf(
    call,
    {},
    { action, arn, accountId: address.accountId, encryptionContext: [], key },
  );
  return isKeptByService(key, decide(question));
}

/** @throws {KmsFault} AccessDeniedException where {@link isUsedPastService} */
export function requireServiceUse(key: Key, action: string, call: Call): void {
  if (isUsedPastService(key, action, call))
    throw accessDenied(call.identity.principal.arn, action, key.arn, 'no-resource-allow');
}
