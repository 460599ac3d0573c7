import type { Clock } from '@keyfold/crypto-core';
import { InvalidOptionError } from '../../errors.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { Place } from '../keys/key-address.ts';
import type { Connection } from './caller-identity.ts';
import { isEmulator } from './emulator-credentials.ts';
import type { KnownCredentials } from './identity-registry.ts';

/** Requests per second, by operation; `*` is for each operation that is not named. Absent: no limit. */
export type RequestRates = Readonly<Record<string, number>>;

/** What a request tells of who makes it. */
interface Asking extends Place {
  readonly credentials?: KnownCredentials | undefined;
  /** Absent where no client asked. */
  readonly connection?: Connection | undefined;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * Request quotas: a token bucket for each account, region and operation, which holds one second's worth. It goes by the clock it
 * is given: while that stands still no token comes back. What a service asks on a client's behalf counts, as it does with AWS (AWS
 * KMS developer guide, "Request quotas"); what the emulator asks for itself does not: its tenants' root keys are in clients' accounts,
 * where nobody would expect a token to be gone.
 */
export class RequestQuotas {
  readonly #rates: RequestRates;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  /** @throws {InvalidOptionError} for a rate that is none */
  constructor(rates: RequestRates, clock: Clock) {
    for (const [operation, rate] of Object.entries(rates))
      if (!(rate > 0 && rate <= 1_000_000))
        throw new InvalidOptionError(
          `The request quota of ${operation} is a rate above 0 and up to 1,000,000 a second.`,
        );
    this.#rates = rates;
    this.#clock = clock;
  }

  /** @throws {KmsFault} ThrottlingException where the quota is used up */
  take(operation: string, { accountId, region, credentials, connection }: Asking): void {
    const rate = Object.hasOwn(this.#rates, operation) ? this.#rates[operation] : this.#rates['*'];
    if (rate === undefined) return;
    const isOwn = connection === undefined || (credentials !== undefined && isEmulator(credentials));
    if (isOwn) return;
    const name = `${accountId}/${region}/${operation}`;
    const nowMs = this.#clock.now().wallMs;
    // Below one a second the bucket still holds a whole token, or no request would ever pass.
    const size = Math.max(1, rate);
    const bucket = this.#buckets.get(name) ?? { tokens: size, filledAtMs: nowMs };
    // A clock that was set back fills nothing and takes nothing away.
    const elapsedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(size, bucket.tokens + (elapsedMs / 1000) * rate);
    bucket.filledAtMs = nowMs;
    this.#buckets.set(name, bucket);
    // As AWS answers: github.com/hyperlane-xyz/hyperlane-monorepo/pull/2391.
    if (bucket.tokens < 1)
      throw new KmsFault(
        'ThrottlingException',
        'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
      );
    bucket.tokens -= 1;
  }
}
