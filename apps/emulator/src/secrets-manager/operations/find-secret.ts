import { KmsFault } from '../../kms/faults/kms-fault.ts';
import type { Members } from '../../kms/policy/access-context.ts';
import { refusal } from '../faults/refusal.ts';
import { readSecretId, type SecretReference } from '../secrets/secret-address.ts';
import type { Secret } from '../secrets/secret-record.ts';
import type { Call } from './operation.ts';

/** A request that names a secret. */
export interface SecretRequest {
  readonly SecretId: string;
}

/**
 * The secret that a request names, whether or not it is marked for deletion, where the caller may do with it what the operation does.
 *
 * @param operation - whose permission is needed. Default: the request's.
 * @throws {KmsFault} ValidationException for what can be neither a name nor an ARN, AccessDeniedException
 * @throws {SecretsFault} ResourceNotFoundException
 */
export async function findAnySecret(
  input: SecretRequest & Members,
  call: Call,
  operation?: string,
): Promise<Secret> {
  const secret = await lookUpSecret(input, call, operation);
  if (secret === undefined) throw refusal('notFound');
  return secret;
}

/** The same, where it may be that there is no such secret. */
export async function lookUpSecret(
  input: SecretRequest & Members,
  call: Call,
  operation?: string,
): Promise<Secret | undefined> {
  const references = readSecretId(input.SecretId, call.caller);
  const [first] = references;
  if (first === undefined) throw invalidName();
  const secret = await firstOf(references, call);
  call.gate.require(
    {
      secret,
      resource: input.SecretId,
      accountId: first.address.accountId,
      ...(operation === undefined ? {} : { operation }),
    },
    input,
    call,
  );
  return secret;
}

/**
 * The same for operations that AWS refuses while a secret is marked for deletion.
 *
 * @throws {SecretsFault} InvalidRequestException
 */
export async function findSecret(
  input: SecretRequest & Members,
  call: Call,
  operation?: string,
): Promise<Secret> {
  const secret = await findAnySecret(input, call, operation);
  requireUnmarked(secret);
  return secret;
}

/** @throws {SecretsFault} InvalidRequestException for a secret that is marked for deletion */
export function requireUnmarked({ record }: Secret): void {
  if (record.deletedAtMs !== undefined) throw refusal('markedForDeletion');
}

/** The refusal of a name with other characters than names have. AWS's front end gives it, before the service is asked. */
export function invalidName(): KmsFault {
  return new KmsFault(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

async function firstOf(references: readonly SecretReference[], call: Call): Promise<Secret | undefined> {
  for (const { address, suffix } of references) {
    // Regions share nothing: an ARN of another leads nowhere.
    if (address.region !== call.caller.region) continue;
    const secret = await call.secrets.get(address);
    if (secret !== undefined && (suffix === undefined || secret.record.suffix === suffix)) return secret;
  }
  return undefined;
}
