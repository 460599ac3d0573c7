import { type Clock, type Instant, Lease, type VerificationKey } from '@keyfold/crypto-core';
import { KeySetUnavailableError } from './key-set-unavailable-error.ts';

/** How long a key set counts, and how often it is fetched; in milliseconds. */
export interface KeySetTimes {
  /** An older set is fetched again at its next use. */
  readonly refreshAfterMs: number;
  /** An older set verifies nothing. */
  readonly maxAgeMs: number;
  /** Between the beginnings of two fetches. */
  readonly coolDownMs: number;
  /** How long a key verifies after a set came without it. */
  readonly graceMs: number;
}

/** The keys at one time. */
export interface KeySetView {
  readonly keys: readonly VerificationKey[];
  /** Another one for each set that was fetched. */
  readonly version: number;
  /** What the last fetch met, if it brought no set. */
  readonly failure: unknown;
}

interface FetchedSet {
  readonly keys: readonly VerificationKey[];
  readonly fresh: Lease;
  readonly good: Lease;
}

/** First wait after a failure while there is no key at all; it doubles up to the cool-down. */
const firstRetryMs = 1_000;

/**
 * The last key set, fetched again when it grows old or a key is not in it: one fetch at a time, and one in a cool-down,
 * however many tokens ask. Ages count from when a fetch began, on the earlier of both clocks.
 */
export class KeySetCache {
  readonly #fetchSet: () => Promise<readonly VerificationKey[]>;
  readonly #clock: Clock;
  readonly #times: KeySetTimes;
  readonly #missing = new Map<string, { readonly key: VerificationKey; readonly grace: Lease }>();
  #set: FetchedSet | undefined;
  #version = 0;
  #underWay: Promise<void> | undefined;
  #failures = 0;
  #failure: unknown;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(fetchSet: () => Promise<readonly VerificationKey[]>, clock: Clock, times: KeySetTimes) {
    this.#fetchSet = fetchSet;
    this.#clock = clock;
    this.#times = times;
  }

  /** @throws {@link KeySetUnavailableError} when there is no set young enough */
  async current(): Promise<KeySetView> {
    if (this.#set === undefined || this.#set.fresh.ended) await this.#refresh();
    return this.#view();
  }

  /**
   * For somebody who missed a key in `seen`: a later set, if there is one or one may be fetched, else the same again.
   *
   * @throws {@link KeySetUnavailableError} when there is no set young enough
   */
  async after(seen: KeySetView): Promise<KeySetView> {
    if (seen.version === this.#version) await this.#refresh();
    return this.#view();
  }

  #view(): KeySetView {
    if (this.#set === undefined || this.#set.good.ended) {
      const message = 'There is no key set that is young enough to verify by.';
      throw new KeySetUnavailableError(message, { cause: this.#failure });
    }
    const inGrace = [...this.#missing.values()].filter(({ grace }) => !grace.ended).map(({ key }) => key);
    return { keys: [...this.#set.keys, ...inGrace], version: this.#version, failure: this.#failure };
  }

  /** Never rejects: what a failed fetch means depends on what there is besides. */
  async #refresh(): Promise<void> {
    // Monotonic time alone: setting the wall clock must not end a cool-down, nor stretch it.
    if (this.#underWay === undefined && this.#clock.now().monotonicMs >= this.#notBeforeMs) {
      this.#underWay = this.#fetch();
    }
    await this.#underWay;
  }

  async #fetch(): Promise<void> {
    const begunAt = this.#clock.now();
    try {
      this.#store(await this.#fetchSet(), begunAt);
      this.#failures = 0;
      this.#failure = undefined;
    } catch (error) {
      this.#failures++;
      this.#failure = error;
    }
    this.#notBeforeMs = begunAt.monotonicMs + this.#waitMs();
    this.#underWay = undefined;
  }

  #waitMs(): number {
    const { coolDownMs } = this.#times;
    const hasKeys = this.#set !== undefined && !this.#set.good.ended;
    return hasKeys ? coolDownMs : Math.min(coolDownMs, firstRetryMs * 2 ** (this.#failures - 1));
  }

  #store(keys: readonly VerificationKey[], begunAt: Instant): void {
    const { refreshAfterMs, maxAgeMs, graceMs } = this.#times;
    for (const key of this.#set?.keys ?? []) {
      this.#missing.set(key.kid, { key, grace: new Lease(this.#clock, graceMs, begunAt) });
    }
    for (const { kid } of keys) this.#missing.delete(kid);
    for (const [kid, { grace }] of this.#missing) if (grace.ended) this.#missing.delete(kid);
    this.#set = {
      keys,
      fresh: new Lease(this.#clock, refreshAfterMs, begunAt),
      good: new Lease(this.#clock, maxAgeMs, begunAt),
    };
    this.#version++;
  }
}
