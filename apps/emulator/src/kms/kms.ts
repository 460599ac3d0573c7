import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { NonceSource } from './crypto/nonce-source.ts';
import { KmsFault } from './faults/kms-fault.ts';
import { KeyRing } from './keys/key-ring.ts';
import type { OperationTools } from './operations/operation.ts';
import { operations } from './operations/operations.ts';
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
export async function createKms({ store, clock, onInternalError }: KmsDependencies): Promise<Kms> {
  const tools: OperationTools = { keys: new KeyRing(store), clock, nonces: new NonceSource() };
  return {
    async handle(request) {
      try {
        return resultAnswer(await execute(request, tools));
      } catch (error) {
        if (error instanceof KmsFault) return faultAnswer(error.fault, error.message);
        onInternalError?.(error);
        return faultAnswer('KMSInternalException', 'The emulator failed; its log has the cause.');
      }
    },
  };
}

async function execute(request: KmsRequest, tools: OperationTools): Promise<Output | undefined> {
  const { target, body, accountId, region } = request;
  const operation = target.startsWith(targetPrefix)
    ? operations.get(target.slice(targetPrefix.length))
    : undefined;
  if (operation === undefined) throw new KmsFault('UnknownOperationException');
  const json = parseRequestBody(body);
  return operation.execute(json, { ...tools, caller: { accountId, region, operation: operation.name } });
}
