import type {
  DataKeyHeader,
  DataKeyWrapping,
  FreshDataKey,
  Instant,
  KeyfoldError,
  SecretBytes,
} from '@keyfold/crypto-core';
import type { KeyScope } from './key-scope.ts';

/** An answer about data keys and how long it may be relied on. */
export interface Leased<T> {
  /** What was left of the lease when the service answered, in milliseconds. */
  readonly leaseRemainingMs: number;
  /** When the request was sent: the lease is counted from here, so that a slow answer does not stretch it. */
  readonly sentAt: Instant;
  /** One for each item of the request, in its order. */
  readonly items: readonly T[];
}

/** How hard a call tries. */
export interface KeyServiceLimits {
  readonly maxAttempts?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Who wraps and unwraps data keys. Each method either answers or throws: a refusal of the whole scope (`refusals`), or
 * an outage. What concerns one item only is that item's answer.
 */
export interface KeyService {
  /** The data keys stay the caller's. At most `limits.batchItems`. */
  wrap(
    scope: KeyScope,
    dataKeys: readonly Pick<FreshDataKey, 'secret' | 'commitment'>[],
    limits?: KeyServiceLimits,
  ): Promise<Leased<DataKeyWrapping>>;
  /** The data keys returned are the caller's, to be disposed of. At most `limits.batchItems`. */
  unwrap(
    scope: KeyScope,
    headers: readonly DataKeyHeader[],
    limits?: KeyServiceLimits,
  ): Promise<Leased<SecretBytes | KeyfoldError>>;
  /** The same data keys, wrapped anew. At most `limits.batchItems`. */
  rewrap(
    scope: KeyScope,
    headers: readonly DataKeyHeader[],
    limits?: KeyServiceLimits,
  ): Promise<Leased<DataKeyHeader | KeyfoldError>>;
}
