import type { Clock, Instant } from '@keyfold/crypto-core';
import { InvalidOptionError } from '../errors.ts';

/** A moment, as a `Date`, in milliseconds since 1970, or in ISO 8601. */
export type Moment = Date | number | string;

/** How the emulator's time stands to the base clock's. */
export interface ClockSetting {
  /** Milliseconds by which it is ahead while it runs. */
  readonly aheadMs: number;
  /** The moment at which it stands still; null while it runs. */
  readonly frozenAtMs: number | null;
}

/** What ISO 8601 writes with four digits for the year. A date can be later: so what follows from these moments is a date too. */
export const firstMoment = -62_167_219_200_000;
export const lastMoment = 253_402_300_799_999;
const startSetting: ClockSetting = { aheadMs: 0, frozenAtMs: null };

/**
 * The time that the emulator goes by, which a test moves: deletion windows, rotation, expiry and tokens follow it. A lease never
 * becomes longer by it, since leases also end by the real monotonic clock.
 *
 * @example
 * ```ts
 * emulator.clock.freeze('2026-01-01T00:00:00Z');
 * emulator.clock.advance(30 * 24 * 60 * 60 * 1000); // a deletion window later
 * ```
 */
export class EmulatorClock implements Clock {
  readonly #base: Clock;
  #setting: ClockSetting = startSetting;

  constructor(base: Clock) {
    this.#base = base;
  }

  /** The wall clock is the emulator's, the monotonic one always the base clock's. */
  now(): Instant {
    // Asked several times for each request, and hardly ever moved.
    if (this.#setting === startSetting) return this.#base.now();
    const { wallMs, monotonicMs } = this.#base.now();
    const { aheadMs, frozenAtMs } = this.#setting;
    return { wallMs: frozenAtMs ?? wallMs + aheadMs, monotonicMs };
  }

  get date(): Date {
    return new Date(this.now().wallMs);
  }

  /** Whether it tells another time than its base. */
  get moved(): boolean {
    return this.#setting.frozenAtMs !== null || this.#setting.aheadMs !== 0;
  }

  get frozen(): boolean {
    return this.#setting.frozenAtMs !== null;
  }

  /**
   * Stops the time, now or at a moment.
   *
   * @throws {InvalidOptionError} for what is no moment
   */
  freeze(at?: Moment): void {
    const frozenAtMs = at === undefined ? this.now().wallMs : millisecondsOf(at);
    this.#setting = { aheadMs: this.#setting.aheadMs, frozenAtMs };
  }

  /** Lets the time go on from where it stands. */
  resume(): void {
    const { frozenAtMs } = this.#setting;
    if (frozenAtMs !== null)
      this.#setting = { aheadMs: frozenAtMs - this.#base.now().wallMs, frozenAtMs: null };
  }

  /**
   * Sets the time; it goes on from there, or stands still there where it stood still.
   *
   * @throws {InvalidOptionError} for what is no moment
   */
  set(at: Moment): void {
    const atMs = millisecondsOf(at);
    this.#setting = this.frozen
      ? { aheadMs: this.#setting.aheadMs, frozenAtMs: atMs }
      : { aheadMs: atMs - this.#base.now().wallMs, frozenAtMs: null };
  }

  /**
   * Moves the time forward.
   *
   * @throws {InvalidOptionError} for less than nothing: `set` goes back
   */
  advance(ms: number): void {
    if (!(ms >= 0 && this.now().wallMs + ms <= lastMoment))
      throw new InvalidOptionError('A clock is advanced by a number of milliseconds, at least 0.');
    const { aheadMs, frozenAtMs } = this.#setting;
    this.#setting =
      frozenAtMs === null ? { aheadMs: aheadMs + ms, frozenAtMs } : { aheadMs, frozenAtMs: frozenAtMs + ms };
  }

  /** Back to the base clock's time. */
  reset(): void {
    this.#setting = startSetting;
  }

  /** How it stands, for {@link restore}. */
  get setting(): ClockSetting {
    return this.#setting;
  }

  restore({ aheadMs, frozenAtMs }: ClockSetting): void {
    this.#setting = { aheadMs, frozenAtMs };
  }
}

/** Whether a clock can stand so. */
export function isClockSetting({ aheadMs, frozenAtMs }: Readonly<Record<string, unknown>>): boolean {
  const isWithin = (value: unknown, least: number, most: number): boolean =>
    typeof value === 'number' && value >= least && value <= most;
  const furthest = lastMoment - firstMoment;
  return (
    isWithin(aheadMs, -furthest, furthest) &&
    (frozenAtMs === null || isWithin(frozenAtMs, firstMoment, lastMoment))
  );
}

/** What is given out of a clock: all but what puts a whole state back. */
export type ClockControl = Omit<EmulatorClock, 'setting' | 'restore'>;

function millisecondsOf(moment: Moment): number {
  const ms = typeof moment === 'string' ? isoMs(moment) : Number(moment);
  if (Number.isInteger(ms) && ms >= firstMoment && ms <= lastMoment) return ms;
  throw new InvalidOptionError(
    'A moment is a Date, a number of milliseconds since 1970, or ISO 8601 text, of the years 0 to 9999.',
  );
}

/** Other texts mean different moments to different machines. */
function isoMs(text: string): number {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
