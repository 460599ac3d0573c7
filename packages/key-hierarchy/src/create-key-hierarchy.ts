import { type Clock, type CryptoBackend, systemClock } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from './authenticated-store.ts';
import { Hierarchy } from './hierarchy.ts';
import type { KeyHierarchy } from './key-hierarchy.ts';
import type { RootResolver } from './root-key.ts';
import { defaultWrapLimits } from './wrap-budget.ts';

/** What a hierarchy works with. */
export interface KeyHierarchyOptions {
  /** Rows authenticated under the master key; see `openMaster`. */
  readonly rows: AuthenticatedStore;
  /** Finds the root keys that tenants name. */
  readonly roots: RootResolver;
  readonly backend: CryptoBackend;
  /** The runtime's clocks if left out. Must be the real time in production: a slow clock would stretch leases. */
  readonly clock?: Clock;
  /** How long a tenant's key may be held after the root was asked, in milliseconds; 60,000 if left out. */
  readonly leaseMs?: number;
  /** How many tenants' keys are held in memory, beside those in use; 10,000 if left out. */
  readonly maxTenantsHeld?: number;
}

/**
 * Makes a {@link KeyHierarchy}. It does nothing until it is called; `close` it to zeroise what it holds.
 *
 * @throws {@link InvalidArgumentError} for a lease or bound that is not a positive number
 * @example
 * ```ts
 * const hierarchy = createKeyHierarchy({ rows: master.rows, roots: () => root, backend: nodeBackend });
 * ```
 */
export function createKeyHierarchy(options: KeyHierarchyOptions): KeyHierarchy {
  return new Hierarchy({
    rows: options.rows,
    roots: options.roots,
    backend: options.backend,
    clock: options.clock ?? systemClock,
    leaseMs: options.leaseMs ?? 60_000,
    maxTenantsHeld: options.maxTenantsHeld ?? 10_000,
    wrapLimits: defaultWrapLimits,
  });
}
