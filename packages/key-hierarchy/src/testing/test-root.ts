import type { EncryptionContext, SecretBytes } from '@keyfold/crypto-core';
import type { RootCallOptions, RootDescription, RootKey, RootReference } from '../root-key.ts';
import {
  RootKeyInvalidError,
  type RootKeyOutcome,
  RootKeyUnavailableError,
  rootKeyOutcomes,
} from '../root-key-errors.ts';

/** One call that a {@link TestRoot} received. */
export interface TestRootCall {
  readonly operation: 'wrap' | 'unwrap' | 'describe';
  readonly context: EncryptionContext | undefined;
}

/**
 * A root key for tests, which answers as it is told and counts what it is asked. It is no cryptography: it keeps each key in
 * memory and gives a random ticket for it, which opens under the same context only.
 *
 * @example
 * ```ts
 * const root = new TestRoot();
 * root.answer = 'denied';
 * ```
 */
export class TestRoot implements RootKey {
  readonly reference: RootReference;
  /** What it does with calls from now on, also with those that it holds back. */
  answer: 'ok' | RootKeyOutcome = 'ok';
  /** Every call, in order. */
  readonly calls: TestRootCall[] = [];
  readonly #tickets = new Map<string, { readonly key: SecretBytes; readonly context: string }>();
  #gate = Promise.withResolvers<void>();
  #arrival = Promise.withResolvers<void>();

  constructor(keyId = 'root-1') {
    this.reference = { provider: 'test', keyId };
    this.#gate.resolve();
  }

  /** How many calls of `operation` were received. */
  count(operation: TestRootCall['operation']): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /** Holds calls back from now on, until `release`. */
  hold(): void {
    this.#gate = Promise.withResolvers<void>();
  }

  /** Lets the calls that are held back go on. */
  release(): void {
    this.#gate.resolve();
  }

  /** Resolves when the next call arrives. */
  async nextCall(): Promise<void> {
    await this.#arrival.promise;
  }

  async wrap(key: SecretBytes, context: EncryptionContext, options?: RootCallOptions): Promise<Uint8Array> {
    await this.#call({ operation: 'wrap', context }, options);
    const ticket = globalThis.crypto.getRandomValues(new Uint8Array(32));
    this.#tickets.set(ticket.join(), { key: key.clone(), context: canonical(context) });
    return ticket;
  }

  async unwrap(
    wrapped: Uint8Array,
    context: EncryptionContext,
    options?: RootCallOptions,
  ): Promise<SecretBytes> {
    await this.#call({ operation: 'unwrap', context }, options);
    const kept = this.#tickets.get(wrapped.join());
    if (kept?.context !== canonical(context)) {
      throw new RootKeyInvalidError('The test root wrapped no such key under this context.');
    }
    return kept.key.clone();
  }

  async describe(options?: RootCallOptions): Promise<RootDescription> {
    await this.#call({ operation: 'describe', context: undefined }, options);
    return { enabled: true, state: 'Enabled' };
  }

  async #call(call: TestRootCall, options: RootCallOptions | undefined): Promise<void> {
    this.calls.push(call);
    const arrival = this.#arrival;
    this.#arrival = Promise.withResolvers<void>();
    arrival.resolve();
    await abortable(this.#gate.promise, options?.signal);
    if (this.answer === 'ok') return;
    throw new rootKeyOutcomes[this.answer](`The test root was told to answer "${this.answer}".`);
  }
}

function canonical(context: EncryptionContext): string {
  return JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function abortable(gate: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await gate;
  const aborted = Promise.withResolvers<never>();
  const givenUp = () => new RootKeyUnavailableError('The call to the test root was given up.');
  if (signal.aborted) throw givenUp();
  const abort = () => aborted.reject(givenUp());
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([gate, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
