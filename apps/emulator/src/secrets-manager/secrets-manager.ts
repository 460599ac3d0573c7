import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { KmsFault } from '../kms/faults/kms-fault.ts';
import type { Kms, KmsResponse, RequestProbe } from '../kms/kms.ts';
import type { AccessOptions } from '../kms/policy/access-gate.ts';
import { type Connection, identityOf } from '../kms/policy/caller-identity.ts';
import type { KnownCredentials } from '../kms/policy/identity-registry.ts';
import { faultAnswer, resultAnswer } from '../kms/wire/answers.ts';
import { parseRequestBody } from '../kms/wire/parse-request-body.ts';
import type { SeedSecret } from '../seeds/seed.ts';
import type { SeedPort } from '../seeds/seed-port.ts';
import { secretsFaultAnswer } from './answers.ts';
import { refusal } from './faults/refusal.ts';
import { SecretsFault } from './faults/secrets-fault.ts';
import type { OperationTools } from './operations/operation.ts';
import { operations } from './operations/operations.ts';
import { SecretAccessGate } from './policy/secret-access-gate.ts';
import { KmsClient } from './secrets/kms-client.ts';
import { SecretBook } from './secrets/secret-book.ts';
import { SecretSeeds } from './secrets/secret-seeds.ts';
import { ValueVault } from './secrets/value-vault.ts';

/** A request of AWS JSON 1.1, freed from HTTP. */
export interface SecretsManagerRequest {
  /** The `x-amz-target` header: `secretsmanager.` and the operation's name. */
  readonly target: string;
  readonly body: Uint8Array;
  /** Twelve digits. */
  readonly accountId: string;
  /** Lower-case letters, digits and hyphens. */
  readonly region: string;
  /** As the answer will name it. */
  readonly requestId?: string;
  /** Whose the credentials are, where that is known. Absent: the account's root user. */
  readonly credentials?: KnownCredentials | undefined;
  readonly connection?: Connection | undefined;
  /** Watches this request. */
  readonly probe?: RequestProbe;
}

/** An emulated AWS Secrets Manager: all accounts and regions. */
export interface SecretsManager {
  /** Answers a request. Never rejects: what goes wrong is an answer too. */
  handle(request: SecretsManagerRequest): Promise<KmsResponse>;
  /** Where the secrets of a seed go. */
  readonly seeds: SeedPort<SeedSecret>;
}

export interface SecretsManagerDependencies {
  /** Keeps secrets. Nothing else may change the tables whose names begin with `secretsmanager_`. */
  readonly store: Store;
  readonly clock: Clock;
  /** Under whose keys secret values are sealed. */
  readonly kms: Kms;
  /** Told of the cause behind each InternalServiceError, which the answer does not reveal. */
  readonly onInternalError?: (error: unknown) => void;
  /** Whether the policies of secrets and of identities are enforced. */
  readonly access?: AccessOptions;
}

/** What AWS's clients call the service on the wire. */
export const targetPrefix = 'secretsmanager.';

/**
 * An AWS Secrets Manager on a store and a KMS.
 *
 * @example
 * ```ts
 * const kms = await createKms({ store, clock: systemClock });
 * const secretsManager = createSecretsManager({ store, clock: systemClock, kms });
 * const answer = await secretsManager.handle({
 *   target: 'secretsmanager.ListSecrets',
 *   body: Buffer.from('{}'),
 *   accountId: '000000000000',
 *   region: 'us-east-1',
 * });
 * ```
 */
export function createSecretsManager(dependencies: SecretsManagerDependencies): SecretsManager {
  const { store, clock, kms, onInternalError, access = {} } = dependencies;
  const tools: OperationTools = {
    secrets: new SecretBook(store, clock),
    vault: new ValueVault(new KmsClient(kms)),
    gate: new SecretAccessGate(access),
    clock,
  };
  return {
    seeds: new SecretSeeds(tools),
    async handle(request) {
      try {
        return await execute(request, tools);
      } catch (error) {
        if (error instanceof SecretsFault) return secretsFaultAnswer(error);
        if (error instanceof KmsFault) return faultAnswer(error.fault, error.message);
        onInternalError?.(error);
        return secretsFaultAnswer(refusal('internal'));
      }
    },
  };
}

async function execute(request: SecretsManagerRequest, tools: OperationTools): Promise<KmsResponse> {
  const { target, body, accountId, region, credentials, connection = {}, probe } = request;
  const operation = target.startsWith(targetPrefix)
    ? operations.get(target.slice(targetPrefix.length))
    : undefined;
  if (operation === undefined) throw new KmsFault('UnknownOperationException');
  const json = parseRequestBody(body);
  const instead = await probe?.before?.(json);
  if (instead !== undefined) return instead;
  const output = await operation.execute(json, {
    ...tools,
    caller: { accountId, region, operation: operation.name },
    identity: identityOf(credentials, request),
    credentials,
    connection,
    onDecision: (report) => probe?.decided?.(report),
  });
  if (output !== undefined) probe?.after?.(output);
  return resultAnswer(output);
}
