import { randomUUID } from 'node:crypto';
import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { NonceSource } from './crypto/nonce-source.ts';
import { KmsFault } from './faults/kms-fault.ts';
import { AliasBook } from './keys/alias-book.ts';
import { GrantBook } from './keys/grant-book.ts';
import { ImportParametersStore } from './keys/import-parameters.ts';
import { KeyRing } from './keys/key-ring.ts';
import { KeyStoreBook } from './keys/key-store-book.ts';
import { KeyUses } from './keys/key-uses.ts';
import type { OperationTools } from './operations/operation.ts';
import { operations } from './operations/operations.ts';
import { AccessGate, type AccessOptions } from './policy/access-gate.ts';
import { type Connection, identityOf } from './policy/caller-identity.ts';
import type { KnownCredentials } from './policy/identity-registry.ts';
import { RequestQuotas, type RequestRates } from './policy/request-quotas.ts';
import { faultAnswer, type KmsResponse, type Output, resultAnswer } from './wire/answers.ts';
import { parseRequestBody } from './wire/parse-request-body.ts';

export type { KmsResponse } from './wire/answers.ts';

/** A request of AWS JSON 1.1, freed from HTTP. */
export interface KmsRequest {
  /** The `x-amz-target` header: `TrentService.` and the operation's name. */
  readonly target: string;
  readonly body: Uint8Array;
  /** Twelve digits. */
  readonly accountId: string;
  /** Lower-case letters, digits and hyphens. */
  readonly region: string;
  /** As the answer will name it. Absent: a new one. */
  readonly requestId?: string;
  /** Whose the credentials are, where that is known. Absent: the account's root user. */
  readonly credentials?: KnownCredentials | undefined;
  readonly connection?: Connection;
}

/** An emulated AWS KMS: all accounts and regions. */
export interface Kms {
  /** Answers a request. Never rejects: what goes wrong is an answer too. */
  handle(request: KmsRequest): Promise<KmsResponse>;
}

export interface KmsDependencies {
  /** Keeps keys and their material. Nothing else may change the tables whose names begin with `kms_`. */
  readonly store: Store;
  readonly clock: Clock;
  /** Told of the cause behind each KMSInternalException, which the answer does not reveal. */
  readonly onInternalError?: (error: unknown) => void;
  /** Whether key policies, grants and the policies of identities are enforced. */
  readonly access?: AccessOptions;
  /** Requests per second, by operation. Absent: no limit. */
  readonly requestRates?: RequestRates;
}

/** What every request goes through before its operation runs. */
interface Checks {
  readonly gate: AccessGate;
  readonly quotas: RequestQuotas;
}

/** What AWS's clients call the service on the wire. */
export const targetPrefix = 'TrentService.';

/**
 * An AWS KMS on a store. Keys are read when they are first used, so that it is ready at once.
 *
 * @example
 * ```ts
 * const kms = await createKms({ store: createMemoryStore(), clock: systemClock });
 * const answer = await kms.handle({
 *   target: 'TrentService.CreateKey',
 *   body: Buffer.from('{}'),
 *   accountId: '000000000000',
 *   region: 'us-east-1',
 * });
 * ```
 */
export async function createKms(dependencies: KmsDependencies): Promise<Kms> {
  const { store, clock, onInternalError, access = {}, requestRates = {} } = dependencies;
  const aliases = new AliasBook(store);
  const grants = new GrantBook(store);
  const imports = new ImportParametersStore(store);
  const uses = new KeyUses(clock.now().wallMs);
  const tools: OperationTools = {
    keys: new KeyRing(store, clock, async (address) => {
      for (const book of [aliases, grants, imports, uses]) await book.deleteOf(address);
    }),
    aliases,
    grants,
    keyStores: new KeyStoreBook(store),
    imports,
    uses,
    clock,
    nonces: new NonceSource(),
  };
  const checks = { gate: new AccessGate(access), quotas: new RequestQuotas(requestRates, clock) };
  return {
    async handle(request) {
      try {
        return resultAnswer(await execute(request, tools, checks));
      } catch (error) {
        if (error instanceof KmsFault) return faultAnswer(error.fault, error.message);
        onInternalError?.(error);
        return faultAnswer('KMSInternalException', 'The emulator failed; its log has the cause.');
      }
    },
  };
}

async function execute(
  request: KmsRequest,
  tools: OperationTools,
  { gate, quotas }: Checks,
): Promise<Output | undefined> {
  const { target, body, accountId, region, credentials, connection = {} } = request;
  const operation = target.startsWith(targetPrefix)
    ? operations.get(target.slice(targetPrefix.length))
    : undefined;
  if (operation === undefined) throw new KmsFault('UnknownOperationException');
  quotas.take(operation.name, request);
  const json = parseRequestBody(body);
  const call = {
    ...tools,
    caller: { accountId, region, operation: operation.name },
    identity: identityOf(credentials, request),
    connection,
    admission: undefined,
    requestId: request.requestId ?? randomUUID(),
  };
  const admission = gate.admit(operation, json, call);
  // Awaited only where there is something to decide: encryption is quick otherwise.
  return operation.execute(json, admission === undefined ? call : { ...call, admission: await admission });
}
