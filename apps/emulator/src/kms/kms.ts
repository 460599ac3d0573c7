import { randomUUID } from 'node:crypto';
import type { Awaitable, Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { DataKeySource } from './crypto/data-key-source.ts';
import { NonceSource } from './crypto/nonce-source.ts';
import { KmsFault } from './faults/kms-fault.ts';
import { AliasBook } from './keys/alias-book.ts';
import { GrantBook } from './keys/grant-book.ts';
import { ImportParametersStore } from './keys/import-parameters.ts';
import type { Place } from './keys/key-address.ts';
import { KeyRing } from './keys/key-ring.ts';
import { KeyStoreBook } from './keys/key-store-book.ts';
import { KeyUses } from './keys/key-uses.ts';
import { ManagedKeys, type ManagingService } from './keys/managed-keys.ts';
import type { Call, Operation, OperationTools, ReadRequest } from './operations/operation.ts';
import { operations } from './operations/operations.ts';
import {
  AccessGate,
  type AccessOptions,
  type AccessReport,
  type Admission,
  namesOfKeys,
} from './policy/access-gate.ts';
import { type Connection, identityOf } from './policy/caller-identity.ts';
import type { KnownCredentials } from './policy/identity-registry.ts';
import { RequestQuotas, type RequestRates } from './policy/request-quotas.ts';
import { faultAnswer, type KmsResponse, type Output, resultAnswer } from './wire/answers.ts';
import { type JsonMembers, parseRequestBody } from './wire/parse-request-body.ts';

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
  /** Absent: no client asked, but the emulator itself, for which there are no request quotas. */
  readonly connection?: Connection | undefined;
  /** The service of AWS's that asks on the caller's behalf, such as `secretsmanager.eu-central-1.amazonaws.com`. */
  readonly viaService?: string | undefined;
  /** Watches this request. */
  readonly probe?: RequestProbe;
}

/** Watches one request, and may answer it in place of its operation. */
export interface RequestProbe {
  /**
   * Told of the request's members, before anything is decided.
   *
   * @param resolveKeys - every name of the keys that the request is about
   * @returns what is answered in place of the operation; undefined: the operation's own answer
   */
  before?(
    members: JsonMembers,
    resolveKeys?: () => Promise<readonly string[]>,
  ): Awaitable<KmsResponse | undefined>;
  /** Told of each decision about a permission. */
  decided?(report: AccessReport): void;
  /** Told of the members of a success. */
  after?(output: Output): void;
}

/** An emulated AWS KMS: all accounts and regions. */
export interface Kms {
  /** Answers a request, at once where there is nothing to wait for. Never throws nor rejects: what goes wrong is an answer too. */
  handle(request: KmsRequest): Awaitable<KmsResponse>;
  /** The ARN of the key that a service of AWS's has for itself in a place. It is made when it is first asked for. */
  managedKey(service: ManagingService, place: Place): Promise<string>;
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

/** What AWS's clients call the service on the wire. */
export const targetPrefix = 'TrentService.';

const operationsByTarget: ReadonlyMap<string, Operation> = new Map(
  Array.from(operations, ([name, operation]) => [targetPrefix + name, operation]),
);

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
  const uses = new KeyUses(store, clock.now().wallMs);
  const keys = new KeyRing(store, clock, async (address) => {
    for (const book of [aliases, grants, imports, uses]) await book.deleteOf(address);
  });
  const managedKeys = new ManagedKeys({ keys, aliases, clock });
  const tools: OperationTools = {
    keys,
    aliases,
    grants,
    keyStores: new KeyStoreBook(store),
    imports,
    uses,
    managedKeys,
    clock,
    nonces: new NonceSource(),
    dataKeys: new DataKeySource(),
  };
  const checks = { gate: new AccessGate(access), quotas: new RequestQuotas(requestRates, clock) };
  return {
    managedKey: (service, place) => managedKeys.arnOf(service, place),
    handle(request) {
      try {
        const answer = answerTo(request);
        return answer instanceof Promise ? answer.catch(failed) : answer;
      } catch (error) {
        return failed(error);
      }
    },
  };

  function failed(error: unknown): KmsResponse {
    if (error instanceof KmsFault) return faultAnswer(error.fault, error.message);
    onInternalError?.(error);
    return faultAnswer('KMSInternalException', 'The emulator failed; its log has the cause.');
  }

  function answerTo(request: KmsRequest): Awaitable<KmsResponse> {
    const { target, probe } = request;
    const operation = operationsByTarget.get(target);
    if (operation === undefined) throw new KmsFault('UnknownOperationException');
    checks.quotas.take(operation.name, request);
    const json = parseRequestBody(request.body);
    const call = callOf(request, operation.name, tools);
    const early = probe?.before?.(json, () => namesOfKeys(operation, json, call));
    // Awaited only where a fault may strike: hardly ever.
    if (early !== undefined) return instead(early, operation, json, call, probe);
    return carryOut(operation, json, call, probe);
  }

  async function instead(
    early: Awaitable<KmsResponse | undefined>,
    operation: Operation,
    json: JsonMembers,
    call: OpenCall,
    probe: RequestProbe | undefined,
  ): Promise<KmsResponse> {
    return (await early) ?? carryOut(operation, json, call, probe);
  }

  function carryOut(
    operation: Operation,
    json: JsonMembers,
    call: OpenCall,
    probe: RequestProbe | undefined,
  ): Awaitable<KmsResponse> {
    const request = operation.read(json);
    const admission = checks.gate.admit(request.members, call, probe);
    // Nothing is made for who would have to wait: hardly ever does one.
    if (admission instanceof Promise) return admitLater(admission, request, call, probe);
    return runAdmitted(admission, request, call, probe);
  }

  async function admitLater(
    admission: Promise<Admission>,
    request: ReadRequest,
    call: OpenCall,
    probe: RequestProbe | undefined,
  ): Promise<KmsResponse> {
    return runAdmitted(await admission, request, call, probe);
  }

  function runAdmitted(
    admission: Admission,
    request: ReadRequest,
    call: OpenCall,
    probe: RequestProbe | undefined,
  ): Awaitable<KmsResponse> {
    // Nobody else has the call: to copy it would cost as much as the decision.
    call.admission = admission;
    const output = request.run(call);
    return output instanceof Promise ? answerLater(output, probe) : answered(output, probe);
  }

  async function answerLater(
    output: Promise<Output | undefined>,
    probe: RequestProbe | undefined,
  ): Promise<KmsResponse> {
    return answered(await output, probe);
  }

  function answered(output: Output | undefined, probe: RequestProbe | undefined): KmsResponse {
    if (output !== undefined) probe?.after?.(output);
    return resultAnswer(output);
  }
}

/** A call that has not been admitted yet. */
interface OpenCall extends Call {
  admission: Admission;
}

/** One request with what its operation works with. Written out: to spread the tools would cost as much as to find the key. */
function callOf(request: KmsRequest, operation: string, tools: OperationTools): OpenCall {
  const { accountId, region, credentials, viaService } = request;
  return {
    keys: tools.keys,
    aliases: tools.aliases,
    grants: tools.grants,
    keyStores: tools.keyStores,
    imports: tools.imports,
    uses: tools.uses,
    managedKeys: tools.managedKeys,
    clock: tools.clock,
    nonces: tools.nonces,
    dataKeys: tools.dataKeys,
    caller: { accountId, region, operation },
    identity: identityOf(credentials, request, viaService),
    connection: request.connection ?? {},
    admission: undefined,
    requestId: request.requestId ?? randomUUID(),
  };
}
