import {
  type Awaitable,
  type CryptoBackend,
  isKeyfoldError,
  type Scope,
  SecretBytes,
} from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { expect } from 'vitest';
import { Hierarchy, type HierarchyOptions } from '../src/hierarchy.ts';
import {
  type AuthenticatedStore,
  openMaster,
  type RootKey,
  type Store,
  type StoredRow,
  StoreFailedError,
} from '../src/index.ts';
import { createMemoryStore } from '../src/memory-store.ts';
import { ManualClock, TestRoot } from '../src/testing/index.ts';
import { defaultWrapLimits } from '../src/wrap-budget.ts';

export const leaseMs = 60_000;

export const billing: Scope = { kind: 'service', id: 'billing' };
export const shipping: Scope = { kind: 'service', id: 'shipping' };

export interface Fixture {
  readonly store: Store;
  readonly rows: AuthenticatedStore;
  readonly root: TestRoot;
  readonly clock: ManualClock;
  readonly hierarchy: Hierarchy;
  /** A second hierarchy over the same rows: another process, or this one after a restart. */
  restarted(options?: Partial<HierarchyOptions>): Hierarchy;
}

export interface FixtureOptions extends Partial<HierarchyOptions> {
  readonly store?: Store;
}

/** The root that wraps the master keys of all fixtures: never in the way of a test. */
const masterRoot = new TestRoot('master');

/** A hierarchy over a memory store, with one root for every tenant, a clock that stands still, and nothing in it. */
export async function start({
  store = createMemoryStore(),
  ...options
}: FixtureOptions = {}): Promise<Fixture> {
  const root = new TestRoot();
  const clock = new ManualClock();
  const { rows } = await openMaster({ store, root: masterRoot, backend: nodeBackend });
  const make = (changed: Partial<HierarchyOptions> = {}) =>
    new Hierarchy({
      rows,
      roots: (): RootKey => root,
      backend: nodeBackend,
      clock,
      leaseMs,
      maxTenantsHeld: 100,
      wrapLimits: defaultWrapLimits,
      ...options,
      ...changed,
    });
  return { store, rows, root, clock, hierarchy: make(), restarted: make };
}

/** As `start`, with the tenant `acme` and its services `billing` and `shipping`, and nothing in memory. */
export async function startWithTenant(options: FixtureOptions = {}): Promise<Fixture> {
  const fixture = await start(options);
  await fixture.hierarchy.createTenant({ id: 'acme', root: fixture.root.reference });
  await fixture.hierarchy.createService('acme', 'billing');
  await fixture.hierarchy.createService('acme', 'shipping');
  fixture.hierarchy.close();
  fixture.root.calls.length = 0;
  return { ...fixture, hierarchy: fixture.restarted() };
}

/** The code of the error that a call fails with; fails itself when the call succeeds or throws anything else. */
export async function codeOf(call: Awaitable<unknown>): Promise<string> {
  const error = await Promise.resolve(call).then(
    () => 'nothing: the call succeeded',
    (reason: unknown) => reason,
  );
  if (isKeyfoldError(error)) return error.code;
  throw new Error('The call did not fail with one of our errors.', { cause: error });
}

/** What an item of an answer is: the bytes of a data key, or an error's code. */
export function itemOf(item: unknown): number[] | string {
  if (item instanceof SecretBytes) return [...item.reveal()];
  if (isKeyfoldError(item)) return item.code;
  throw new Error('Neither a data key nor an error.');
}

/** The first and only item. */
export function only<T>(items: readonly T[]): T {
  expect(items).toHaveLength(1);
  const [item] = items;
  if (item === undefined) throw new Error('There is no item.');
  return item;
}

/** Lets everything that waits for nothing but other promises come to rest. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A backend that remembers every wrapping key it made, and whether it was disposed of. */
export function recordingBackend(): {
  readonly backend: CryptoBackend;
  readonly wrappingKeys: { disposed: boolean }[];
  /** Every key that they wrapped or unwrapped. */
  readonly secrets: SecretBytes[];
} {
  const wrappingKeys: { disposed: boolean }[] = [];
  const secrets: SecretBytes[] = [];
  const wrappingKey: CryptoBackend['wrappingKey'] = (secret) => {
    const key = nodeBackend.wrappingKey(secret);
    const record = { disposed: false };
    wrappingKeys.push(record);
    return {
      wrap: (inner, place) => {
        secrets.push(inner);
        return key.wrap(inner, place);
      },
      unwrap: (wrapped, place) => {
        const inner = key.unwrap(wrapped, place);
        secrets.push(inner);
        return inner;
      },
      [Symbol.dispose]: () => {
        record.disposed = true;
        key[Symbol.dispose]();
      },
    };
  };
  const backend = new Proxy<CryptoBackend>(nodeBackend, {
    get: (target, name) => {
      if (name === 'wrappingKey') return wrappingKey;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { backend, wrappingKeys, secrets };
}

/** A test root that remembers every key it was given and gave out. */
export class RecordingRoot extends TestRoot {
  readonly received: SecretBytes[] = [];
  readonly given: SecretBytes[] = [];

  override async wrap(...args: Parameters<TestRoot['wrap']>): Promise<Uint8Array> {
    this.received.push(args[0]);
    return await super.wrap(...args);
  }

  override async unwrap(...args: Parameters<TestRoot['unwrap']>): Promise<SecretBytes> {
    const key = await super.unwrap(...args);
    this.given.push(key);
    return key;
  }
}

/** A test root each of whose unwraps waits until the test answers it, in any order. */
export class SteppedRoot extends TestRoot {
  readonly unwraps: PromiseWithResolvers<void>[] = [];

  override async unwrap(...args: Parameters<TestRoot['unwrap']>): Promise<SecretBytes> {
    const step = Promise.withResolvers<void>();
    this.unwraps.push(step);
    await step.promise;
    return await super.unwrap(...args);
  }
}

/** A stepped root that answers even when it was told to give up, and remembers every key it gave out. */
export class HeedlessRoot extends SteppedRoot {
  readonly given: SecretBytes[] = [];

  override async unwrap(...[wrapped, context]: Parameters<TestRoot['unwrap']>): Promise<SecretBytes> {
    const key = await super.unwrap(wrapped, context);
    this.given.push(key);
    return key;
  }
}

/** A memory store of which one read can be held back, or all made to fail. */
export class HeldStore implements Store {
  readonly #store = createMemoryStore();
  /** Whether reads fail from now on. */
  failing = false;
  #table: string | undefined;
  #gate = Promise.withResolvers<void>();

  /** Holds the next read of a row of this table back; others go on. */
  hold(table: string): void {
    this.#table = table;
    this.#gate = Promise.withResolvers<void>();
  }

  /** Lets the read that is held back go on. */
  release(): void {
    this.#gate.resolve();
  }

  async get(table: string, key: readonly string[]): Promise<StoredRow | undefined> {
    if (this.failing) throw new StoreFailedError('The test made this read fail.');
    const row = await this.#store.get(table, key);
    if (table === this.#table) {
      this.#table = undefined;
      await this.#gate.promise;
    }
    return row;
  }

  list: Store['list'] = (...args) => this.#store.list(...args);
  commit: Store['commit'] = (...args) => this.#store.commit(...args);
  close: Store['close'] = () => this.#store.close();
}
