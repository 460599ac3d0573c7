import type { Clock } from '@keyfold/crypto-core';

/** When a circuit opens, and for how long. */
export interface CircuitLimits {
  /** Attempts in a row that found the server down, or that it left without an answer. */
  readonly failures: number;
  /** How long nothing is sent then, in milliseconds, before one attempt may find out. */
  readonly openMs: number;
}

export const defaultCircuit: CircuitLimits = { failures: 10, openMs: 5_000 };

/** What an attempt tells about the server: it answered, it is plainly down, nothing came until the deadline, or nothing. */
export type ServerSign = 'up' | 'down' | 'silent' | 'unknown';

/** How long an attempt waits, in milliseconds, before silence means down: less is a deadline that a server may well miss. */
const silenceMs = 5_000;

/** A circuit that is open. */
export interface OpenCircuit {
  /** Wall time at which it opened, in milliseconds. */
  readonly sinceMs: number;
  /** Wall time from which on one attempt may be made, in milliseconds. */
  readonly retryAtMs: number;
  /** What the attempt that opened it met. */
  readonly cause: unknown;
}

/** The right to one attempt. Whoever has it says what came of it. */
export interface CircuitPass {
  settle(sign: ServerSign, error?: unknown): void;
}

/** What is told to whoever watches. */
export type CircuitChange = ({ readonly state: 'open' } & OpenCircuit) | { readonly state: 'closed' };

/**
 * Stops attempts at a server that is plainly down: after enough failures in a row nothing is sent for a while, then one
 * attempt alone finds out whether the server is back. A client has one origin, and one circuit for it.
 */
export class CircuitBreaker {
  readonly #limits: CircuitLimits;
  readonly #clock: Clock;
  readonly #onChange: (change: CircuitChange) => void;
  #failures = 0;
  #open: (OpenCircuit & { readonly retryAtMonotonicMs: number }) | undefined;
  #probing = false;

  constructor(limits: CircuitLimits, clock: Clock, onChange: (change: CircuitChange) => void = () => {}) {
    this.#limits = limits;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Whether attempts go through as ever. */
  get closed(): boolean {
    return this.#open === undefined;
  }

  /** Leave for an attempt now, or the circuit that forbids it. */
  enter(): CircuitPass | OpenCircuit {
    if (this.#open === undefined) return this.#pass();
    if (this.#probing || this.#clock.now().monotonicMs < this.#open.retryAtMonotonicMs) return this.#open;
    this.#probing = true;
    return this.#pass(true);
  }

  /** Whether it will still be open after so many milliseconds, if nobody finds the server back until then. */
  openAfter(ms: number): boolean {
    return this.#open !== undefined && this.#clock.now().monotonicMs + ms < this.#open.retryAtMonotonicMs;
  }

  #pass(probe = false): CircuitPass {
    const begunMs = this.#clock.now().monotonicMs;
    let settled = false;
    return {
      settle: (sign, error) => {
        if (settled) return;
        settled = true;
        if (probe) this.#probing = false;
        if (sign === 'up') return this.#close();
        const waitedMs = this.#clock.now().monotonicMs - begunMs;
        const down = sign === 'down' || (sign === 'silent' && waitedMs >= silenceMs);
        // An attempt that began before the circuit opened says nothing about the server of now.
        if (down && (probe || this.#open === undefined)) {
          this.#failures++;
          if (probe || this.#failures >= this.#limits.failures) this.#openWith(error);
        }
      },
    };
  }

  #close(): void {
    this.#failures = 0;
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#onChange({ state: 'closed' });
  }

  #openWith(cause: unknown): void {
    const { wallMs, monotonicMs } = this.#clock.now();
    const { openMs } = this.#limits;
    const open: OpenCircuit = {
      sinceMs: this.#open?.sinceMs ?? wallMs,
      retryAtMs: wallMs + openMs,
      cause,
    };
    this.#open = { ...open, retryAtMonotonicMs: monotonicMs + openMs };
    this.#onChange({ state: 'open', ...open });
  }
}
