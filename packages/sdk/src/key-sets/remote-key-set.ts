import {
  type Clock,
  type CryptoBackend,
  TokenInvalidError,
  type VerificationKey,
  type VerifiedToken,
  type VerifyTokenOptions,
  verifyToken,
} from '@keyfold/crypto-core';
import { requireObject } from '../arguments.ts';
import { type WaitOptions, waitOptionNames } from '../calls/call-options.ts';
import { systemTimers, type Timers } from '../calls/timers.ts';
import { untilAborted, type Waiting, waitingFor } from '../calls/until-aborted.ts';
import { ClientClosedError } from '../configuration-errors.ts';
import type { Runtime } from '../runtime.ts';
import type { Transport } from '../transport/transport.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { KeySetCache } from './key-set-cache.ts';
import { KeySetUnavailableError } from './key-set-unavailable-error.ts';
import {
  type RemoteKeySetConfig,
  type RemoteKeySetOptions,
  resolveRemoteKeySet,
} from './remote-key-set-options.ts';

/** What a token must be; the keys, the clock and the cryptography are the key set's. */
export type TokenExpectations = Omit<VerifyTokenOptions, 'backend' | 'keys' | 'clock'>;

/** What a token must be, and how long the keys to verify it by are waited for. */
export interface VerifyOptions extends TokenExpectations, WaitOptions {}

const verifyOptionNames: Readonly<Record<keyof VerifyOptions, true>> = {
  issuer: true,
  audience: true,
  type: true,
  clockSkewMs: true,
  maxLifetimeMs: true,
  requiredClaims: true,
  maxTokenBytes: true,
  signal: true,
};

/** What a key set works with. */
export interface RemoteKeySetParts {
  readonly transport: Transport;
  readonly backend: CryptoBackend;
  readonly timers: Timers;
}

/** The keys that an issuer publishes, fetched when they are needed. Make one for each issuer and share it. */
export class RemoteKeySet implements AsyncDisposable {
  readonly #transport: Transport;
  readonly #backend: CryptoBackend;
  readonly #clock: Clock;
  readonly #cache: KeySetCache;
  readonly #closing = new AbortController();

  /** @internal */
  constructor(config: RemoteKeySetConfig, { transport, backend, timers }: RemoteKeySetParts) {
    const { path, timeoutMs, clock, times } = config;
    const source = { transport, path, timeoutMs, clock, timers, closing: this.#closing.signal };
    this.#transport = transport;
    this.#backend = backend;
    this.#clock = clock;
    this.#cache = new KeySetCache(() => fetchKeySet(source), clock, times);
  }

  /**
   * Accepts a token, or says why not. A key that is not in the set is looked for once more in a set fetched anew, which
   * happens once in a cool-down, however many tokens name keys that there are not.
   *
   * @throws TokenInvalidError, TokenExpiredError; {@link KeySetUnavailableError} when it cannot be said, because there is no
   *   set young enough, or the token's key is in none and the last fetch failed; ClientClosedError;
   *   CallAbortedError when `signal` ends the wait, which the fetch outlives; InvalidArgumentError for expectations out of
   *   range, OptionInvalidError for one that there is not
   * @example
   * ```ts
   * const { claims } = await keys.verify(token, { issuer: 'https://login.example', audience: 'billing' });
   * ```
   */
  async verify(token: string, options: VerifyOptions): Promise<VerifiedToken> {
    requireObject('What a token must be', options);
    const waiting = waitingFor('fetchKeySet', options, verifyOptionNames);
    const { signal: _, ...expected } = options;
    const view = await this.#whileOpen(() => this.#cache.current(), waiting);
    try {
      return await this.#verifyBy(view.keys, token, expected);
    } catch (error) {
      if (!(error instanceof TokenInvalidError && error.reason === 'unknown_key')) throw error;
      const later = await this.#whileOpen(() => this.#cache.after(view), waiting);
      if (later.version !== view.version) return await this.#verifyBy(later.keys, token, expected);
      if (later.failure === undefined) throw error;
      const message = 'No key at hand has the kid of the token, and the key set cannot be fetched.';
      throw new KeySetUnavailableError(message, { cause: later.failure });
    }
  }

  /**
   * The keys that verify now, for a verifier of one's own. Ask for them again for each token.
   *
   * @throws {@link KeySetUnavailableError}, ClientClosedError, CallAbortedError
   */
  async keys(options: WaitOptions = {}): Promise<readonly VerificationKey[]> {
    const waiting = waitingFor('fetchKeySet', options, waitOptionNames);
    return (await this.#whileOpen(() => this.#cache.current(), waiting)).keys;
  }

  /** Ends a fetch under way and leaves no socket open. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#transport.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #verifyBy(
    keys: readonly VerificationKey[],
    token: string,
    expected: TokenExpectations,
  ): Promise<VerifiedToken> {
    return verifyToken(token, { ...expected, backend: this.#backend, keys, clock: this.#clock });
  }

  async #whileOpen<T>(read: () => Promise<T>, waiting: Waiting): Promise<T> {
    const closing = this.#closing.signal;
    if (closing.aborted) throw new ClientClosedError();
    try {
      return await untilAborted(read(), waiting);
    } catch (error) {
      throw closing.aborted ? new ClientClosedError() : error;
    }
  }
}

/** A key set over the runtime's own transport. @throws ConfigurationError */
export function openRemoteKeySet(options: RemoteKeySetOptions, runtime: Runtime): RemoteKeySet {
  const config = resolveRemoteKeySet(options);
  const { backend, environment } = runtime;
  const target = { baseUrl: config.server, options, environment, connectTimeoutMs: config.timeoutMs };
  const transport = runtime.createTransport(target);
  return new RemoteKeySet(config, { transport, backend, timers: systemTimers });
}
