import {
  type Clock,
  type DataKeyHeader,
  InvalidArgumentError,
  type KeyfoldError,
  Lease,
  type SecretBytes,
} from '@keyfold/crypto-core';
import { limits } from '@keyfold/protocol';
import type { KeyScope } from './key-scope.ts';
import type { KeyService, KeyServiceLimits } from './key-service.ts';

/** The answer for one header: its data key, which is the caller's to dispose of, or why there is none. */
export interface Unwrapped {
  readonly item: SecretBytes | KeyfoldError;
  readonly lease: Lease;
}

/** What a batcher is made of. */
export interface UnwrapBatcherOptions {
  readonly keyService: KeyService;
  readonly clock: Clock;
  readonly maxAgeMs: number;
  readonly callLimits?: KeyServiceLimits;
}

interface Waiting {
  readonly header: DataKeyHeader;
  readonly resolve: (unwrapped: Unwrapped) => void;
  readonly reject: (error: unknown) => void;
}

/** Sends what one turn of the event loop asks for together: one call for each scope and full batch. */
export class UnwrapBatcher {
  readonly #options: UnwrapBatcherOptions;
  readonly #queues = new Map<string, { readonly scope: KeyScope; readonly waiting: Waiting[] }>();

  constructor(options: UnwrapBatcherOptions) {
    this.#options = options;
  }

  unwrap(scope: KeyScope, header: DataKeyHeader): Promise<Unwrapped> {
    let queue = this.#queues.get(scope.mapKey);
    if (queue === undefined) {
      queue = { scope, waiting: [] };
      this.#queues.set(scope.mapKey, queue);
      queueMicrotask(() => this.#flush(scope));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Unwrapped>();
    queue.waiting.push({ header, resolve, reject });
    return promise;
  }

  #flush(scope: KeyScope): void {
    const waiting = this.#queues.get(scope.mapKey)?.waiting ?? [];
    this.#queues.delete(scope.mapKey);
    for (let start = 0; start < waiting.length; start += limits.batchItems) {
      void this.#send(scope, waiting.slice(start, start + limits.batchItems));
    }
  }

  async #send(scope: KeyScope, batch: readonly Waiting[]): Promise<void> {
    const { keyService, clock, maxAgeMs, callLimits } = this.#options;
    try {
      const headers = batch.map(({ header }) => header);
      const answer = await keyService.unwrap(scope, headers, callLimits);
      const lease = new Lease(clock, Math.min(answer.leaseRemainingMs, maxAgeMs), answer.sentAt);
      for (const [index, { resolve, reject }] of batch.entries()) {
        const item = answer.items[index];
        if (item !== undefined) resolve({ item, lease });
        else reject(new InvalidArgumentError('The key service left an item unanswered.'));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
