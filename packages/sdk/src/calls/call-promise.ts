import type { ResponseInfo } from './response-info.ts';

/** Node's documented hook for `util.inspect`; a registered symbol, so nothing has to be imported. */
const inspectHook = Symbol.for('nodejs.util.inspect.custom');

/** What a call answered, and what is known of the answer. */
export interface WithResponse<T> {
  readonly data: T;
  readonly response: ResponseInfo;
}

/**
 * A call under way: a promise of what it answers, which on request tells of the answer itself, too.
 *
 * @example
 * ```ts
 * const tenant = await keyfold.tenants.get('acme');
 * const { data, response } = await keyfold.tenants.get('acme').withResponse();
 * console.log(response.requestId, response.attempts);
 * ```
 */
export class CallPromise<T> extends Promise<T> {
  readonly #answer: Promise<WithResponse<T>>;

  static {
    // Not the state that Node would show of it, which is none of the call's: see the constructor.
    Object.defineProperty(CallPromise.prototype, inspectHook, {
      value(this: CallPromise<unknown>): string {
        return `${this.constructor.name} { <call> }`;
      },
    });
  }

  /** What `then` returns is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(answer: Promise<WithResponse<T>>) {
    // Settled from the start and never looked at: everything that waits goes by `then` below. Were it to follow the
    // answer, a caller who only asks `withResponse` would leave it rejected and unhandled.
    super((resolve) => resolve(undefined as never));
    this.#answer = answer;
  }

  /** The same call with the answer's status, request id and headers; sends nothing of its own. */
  withResponse(): Promise<WithResponse<T>> {
    return this.#answer.then(({ data, response }) => ({ data, response }));
  }

  // biome-ignore lint/suspicious/noThenProperty: a promise has it
  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    const answer = this.#answer;
    // One promise more, not two: each costs a turn of the microtask queue.
    return typeof onFulfilled === 'function'
      ? answer.then(({ data }) => onFulfilled(data), onRejected)
      : answer.then(({ data }) => data).then(onFulfilled, onRejected);
  }
}
