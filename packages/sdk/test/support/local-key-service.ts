import { type Clock, type DataKeyHeader, type KeyfoldError, SecretBytes } from '@keyfold/crypto-core';
import { apiError } from '../../src/api-errors.ts';
import type { KeyScope } from '../../src/key-scope.ts';
import type { KeyService, KeyServiceLimits, Leased } from '../../src/key-service.ts';
import { ConnectionError } from '../../src/transport/transport-errors.ts';
import { type KeyAuthority, Refusal } from './key-authority.ts';

/** One call as the key service saw it. */
export interface SeenCall {
  readonly operation: 'wrapDataKeys' | 'unwrapDataKeys' | 'rewrapDataKeys';
  readonly scope: KeyScope;
  readonly count: number;
  readonly limits: KeyServiceLimits | undefined;
}

/** A key service in the test's own process: counts, fails and waits as it is told. */
export class LocalKeyService implements KeyService {
  readonly authority: KeyAuthority;
  readonly calls: SeenCall[] = [];
  /** Whether it cannot be reached. */
  down = false;
  /** Data keys it handed out, to see them zeroised. */
  readonly unwrapped: SecretBytes[] = [];
  readonly #clock: Clock;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  constructor(authority: KeyAuthority, clock: Clock) {
    this.authority = authority;
    this.#clock = clock;
  }

  /** Holds answers back until {@link release}. What the answer is, is decided when it is let go. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  /** Lets further calls through, while those held so far wait on. */
  pass(): void {
    this.#gate = Promise.resolve();
  }

  release(): void {
    this.#open();
  }

  countOf(operation: SeenCall['operation']): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  wrap(scope: KeyScope, dataKeys: Parameters<KeyService['wrap']>[1], limits?: KeyServiceLimits) {
    return this.#answer('wrapDataKeys', scope, dataKeys, limits, ({ secret, commitment }) =>
      this.authority.wrap(scope, secret, commitment),
    );
  }

  unwrap(scope: KeyScope, headers: readonly DataKeyHeader[], limits?: KeyServiceLimits) {
    return this.#answer('unwrapDataKeys', scope, headers, limits, (header): SecretBytes | KeyfoldError => {
      const answer = this.authority.unwrap(scope, header);
      if (!(answer instanceof SecretBytes)) return apiError({ code: answer, call: callOf('unwrapDataKeys') });
      this.unwrapped.push(answer);
      return answer;
    });
  }

  rewrap(scope: KeyScope, headers: readonly DataKeyHeader[]) {
    return this.#answer(
      'rewrapDataKeys',
      scope,
      headers,
      undefined,
      (header): DataKeyHeader | KeyfoldError => {
        const answer = this.authority.rewrap(scope, header);
        return typeof answer === 'string'
          ? apiError({ code: answer, call: callOf('rewrapDataKeys') })
          : answer;
      },
    );
  }

  async #answer<Item, T>(
    operation: SeenCall['operation'],
    scope: KeyScope,
    items: readonly Item[],
    limits: KeyServiceLimits | undefined,
    answerItem: (item: Item) => T,
  ): Promise<Leased<T>> {
    const sentAt = this.#clock.now();
    this.calls.push({ operation, scope, count: items.length, limits });
    await this.#gate;
    const call = callOf(operation);
    if (this.down) throw new ConnectionError('Down, as the test asked.', call);
    try {
      this.authority.admit(scope.tenant);
    } catch (error) {
      throw error instanceof Refusal ? apiError({ code: error.code, call }) : error;
    }
    return { leaseRemainingMs: this.authority.leaseRemainingMs, sentAt, items: items.map(answerItem) };
  }
}

function callOf(operation: SeenCall['operation']) {
  return { operation, attempts: 1 } as const;
}
