import type { WatchedService } from './journal-entry.ts';

/** How long an answer is held back, in milliseconds. */
export type FaultDelay =
  | { readonly ms: number }
  /** Evenly between the two. */
  | { readonly minMs: number; readonly maxMs: number }
  /** Log-normal, as latencies of services commonly are: half of them below the median, one in a hundred above p99. */
  | { readonly medianMs: number; readonly p99Ms: number };

/** What becomes of a request. */
export type FaultEffect =
  /** Refused: too many requests. */
  | { readonly kind: 'throttling' }
  /** Refused: the service failed. */
  | { readonly kind: 'internal-error' }
  /** Refused: something behind the service did not answer in time. */
  | { readonly kind: 'dependency-timeout' }
  /** Refused: the key, or the root key above what is asked for, is disabled. */
  | { readonly kind: 'disabled-root' }
  | ({ readonly kind: 'latency' } & FaultDelay)
  /** The connection breaks, before the request is carried out (the default) or when it has been. */
  | { readonly kind: 'connection-reset'; readonly when?: 'before' | 'after' }
  /** The answer's body trickles. */
  | { readonly kind: 'slow-body'; readonly bytesPerSecond: number }
  /** A bit of the answer's ciphertext or plaintext is flipped, or the answer names another key. */
  | {
      readonly kind: 'wrong-answer';
      readonly what: 'flipped-bit' | 'other-key';
      /** Which member of an AWS answer, such as `Plaintext`; the first that there is if left out. */
      readonly member?: string;
    };

/** The name of an effect. */
export type FaultKind = FaultEffect['kind'];

/** The effects that need nothing more than their name. */
export type PlainFault =
  | 'throttling'
  | 'internal-error'
  | 'dependency-timeout'
  | 'disabled-root'
  | 'connection-reset';

/** Which requests meet a fault, and what it is. A member that is left out fits every request. */
export interface FaultRule {
  readonly service?: WatchedService;
  /** `Decrypt`, `GetSecretValue`, `unwrapDataKeys` */
  readonly operation?: string;
  /** A key by id, ARN or alias, or a secret by name or ARN. */
  readonly key?: string;
  readonly tenant?: string;
  /** Twelve digits. */
  readonly account?: string;
  /** `client`: only what comes over HTTP. `emulator`: only what the emulator's own services ask of its KMS. */
  readonly from?: 'client' | 'emulator';
  /** Only the n-th request that fits, counted from 1. */
  readonly nth?: number;
  /** 0 to 1; drawn from a seeded generator, so that a run can be repeated. */
  readonly probability?: number;
  /** After so many hits the rule does nothing more. A wrong answer that finds nothing to change is none. */
  readonly count?: number;
  readonly effect: FaultEffect | PlainFault;
}
