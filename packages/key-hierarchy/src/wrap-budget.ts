import type { AuthenticatedStore } from './authenticated-store.ts';
import { WrapBudgetExhaustedError } from './hierarchy-errors.ts';
import { keyStates } from './key-state.ts';
import type { StoredKey } from './rows.ts';
import { StoreConflictError, StoreCorruptError } from './store-errors.ts';

/** How often a wrapping key may be used, and how its uses are set aside. */
export interface WrapLimits {
  /** Uses at which a key version is replaced by a new one. */
  readonly rotateAt: number;
  /** Uses past which it wraps no more. */
  readonly refuseAt: number;
  /** Uses set aside at first; each further block is twice the one before … */
  readonly firstBlock: number;
  /** … up to this many. A crash loses what is left of a block, never counts too few. */
  readonly largestBlock: number;
}

/**
 * With random 96-bit nonces a key is used at most 2³² times (NIST SP 800-38D §8.3); at half of that it is replaced. Blocks begin
 * small so that keys which come and go do not use up their budget unused.
 */
export const defaultWrapLimits: WrapLimits = {
  rotateAt: 2 ** 31,
  refuseAt: 2 ** 32,
  firstBlock: 2 ** 8,
  largestBlock: 2 ** 16,
};

/** One wrapping key's uses in this process. */
export interface Allowance {
  /** The stored key's row. */
  readonly table: string;
  readonly key: readonly string[];
  /** Uses set aside for this process that are left. */
  left: number;
  /** Uses set aside in the row, by anyone, when it was last seen. */
  reserved: number;
  nextBlock: number;
  /** The reservation that is under way. */
  reserving: Promise<boolean> | undefined;
}

/** How often to repeat a reservation that another writer of the row was ahead of. */
const maxAttempts = 16;

/**
 * Counts the uses of wrapping keys so that no crash and no second process makes it count too few: uses are set aside in the key's
 * row, durably and in blocks, before any of them is used.
 */
export class WrapBudget {
  readonly #rows: AuthenticatedStore;
  readonly #limits: WrapLimits;

  constructor(rows: AuthenticatedStore, limits: WrapLimits) {
    this.#rows = rows;
    this.#limits = limits;
  }

  /** An allowance for the key of a row that was just read. */
  allowance(table: string, key: readonly string[], stored: StoredKey): Allowance {
    const { firstBlock } = this.#limits;
    return {
      table,
      key,
      left: 0,
      reserved: stored.wrapsReserved,
      nextBlock: firstBlock,
      reserving: undefined,
    };
  }

  /** Whether the key has been used so often that a new version should take its place. */
  rotationDue(allowance: Allowance): boolean {
    return allowance.reserved >= this.#limits.rotateAt;
  }

  /** Takes `count` uses of those that are set aside, where there are so many. */
  takeAtHand(allowance: Allowance, count: number): boolean {
    if (allowance.left < count) return false;
    allowance.left -= count;
    return true;
  }

  /**
   * Takes `count` uses.
   *
   * @returns false when the key version is not active any more, so that the caller finds the one that is
   * @throws {@link WrapBudgetExhaustedError} when the key has not that many uses left
   */
  async take(allowance: Allowance, count: number): Promise<boolean> {
    while (!this.takeAtHand(allowance, count)) {
      allowance.reserving ??= this.#reserve(allowance, count).finally(() => {
        allowance.reserving = undefined;
      });
      if (!(await allowance.reserving)) return false;
    }
    return true;
  }

  async #reserve(allowance: Allowance, count: number): Promise<boolean> {
    const { table, key } = allowance;
    for (let attempt = 1; ; attempt++) {
      const row = await this.#rows.get<StoredKey>(table, key);
      if (row === undefined) throw new StoreCorruptError("A wrapping key's row is missing.");
      allowance.reserved = row.value.wrapsReserved;
      if (!keyStates[row.value.state].wraps) return false;
      const wanted = Math.max(count - allowance.left, allowance.nextBlock);
      const block = Math.min(wanted, this.#limits.refuseAt - row.value.wrapsReserved);
      if (allowance.left + block < count) {
        throw new WrapBudgetExhaustedError(
          `A wrapping key has no ${count} uses left of ${this.#limits.refuseAt}.`,
        );
      }
      const wrapsReserved = row.value.wrapsReserved + block;
      try {
        const value: StoredKey = { ...row.value, wrapsReserved };
        await this.#rows.commit([{ table, key, expectedRevision: row.revision, value }]);
      } catch (error) {
        if (error instanceof StoreConflictError && attempt < maxAttempts) continue;
        throw error;
      }
      allowance.left += block;
      allowance.reserved = wrapsReserved;
      allowance.nextBlock = Math.min(allowance.nextBlock * 2, this.#limits.largestBlock);
      return true;
    }
  }
}
