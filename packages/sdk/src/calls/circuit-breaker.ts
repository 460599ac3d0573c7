import type { Clock } from '@keyfold/crypto-core';

/** When a circuit opens, and for how long. */
export interface CircuitLimits {
  /** Attempts in a row that found the server down. */
  readonly failures: number;
  /** How long nothing is sent then, in milliseconds, before one attempt may find out. */
  readonly openMs: number;
}

export const defaultCircuit: CircuitLimits = { failures: 10, openMs: 5_000 };

/**
 * What an attempt tells about the server: it answered, it is plainly down, or nothing. A deadline that passed tells nothing:
 * the wait may have been for a middleware, for a connection that other calls had, or for a process that stood still.
 */
export type ServerSign = 'up' | 'down' | 'unknown';

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

/** An open circuit, and when attempts are made again by the time that is never set. */
interface OpenUntil extends OpenCircuit {
  readonly retryAtMonotonicMs: number;
}

/**
 * Stops attempts at a server that is plainly down: after enough failures in a row nothing is sent for a while, then one
 * attempt alone finds out whether the server is back. One that is not answered holds the others back for that while
 * again, and no longer: what hangs must not speak for the server until its deadline. A client has one origin, and one
 * circuit for it.
 */
export class CircuitBreaker {
  readonly #limits: CircuitLimits;
  readonly #clock: Clock;
  readonly #onChange: (change: CircuitChange) => void;
  #failures = 0;
  #open: OpenUntil | undefined;

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
    const open = this.#open;
    if (open === undefined) return this.#pass();
    if (this.#clock.now().monotonicMs < open.retryAtMonotonicMs) return open;
    const probing = this.#openUntil(open.cause, open.sinceMs);
    this.#open = probing;
    return this.#pass({ before: open, probing });
  }

  /** Whether it will still be open after so many milliseconds, if nobody finds the server back until then. */
  openAfter(ms: number): boolean {
    return this.#open !== undefined && this.#clock.now().monotonicMs + ms < this.#open.retryAtMonotonicMs;
  }

  /** @param probe what was open before an attempt that finds out, and what is while it does */
  #pass(probe?: { readonly before: OpenUntil; readonly probing: OpenUntil }): CircuitPass {
    let settled = false;
    return {
      settle: (sign, error) => {
        if (settled) return;
        settled = true;
        if (sign === 'up') return this.#close();
        const down = sign === 'down';
        // The latest attempt that finds out decides. Others that began before now say nothing about the server of now.
        if (this.#open !== undefined && this.#open === probe?.probing) {
          if (down) this.#openWith(error);
          else this.#open = probe.before;
        } else if (down && this.#open === undefined) {
          this.#failures++;
          if (this.#failures >= this.#limits.failures) this.#openWith(error);
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
    const open = this.#openUntil(cause, this.#open?.sinceMs);
    this.#open = open;
    const { sinceMs, retryAtMs } = open;
    this.#onChange({ state: 'open', sinceMs, retryAtMs, cause });
  }

  /** Open from now on, or as long as it has been. */
  #openUntil(cause: unknown, sinceMs?: number): OpenUntil {
    const { wallMs, monotonicMs } = this.#clock.now();
    const { openMs } = this.#limits;
    return {
      sinceMs: sinceMs ?? wallMs,
      retryAtMs: wallMs + openMs,
      cause,
      retryAtMonotonicMs: monotonicMs + openMs,
    };
  }
}
