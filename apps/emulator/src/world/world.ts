import { type Clock, systemClock } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import {
  type AuthenticatedStore,
  createKeyHierarchy,
  type KeyHierarchy,
  openMaster,
  type RootResolver,
} from '@keyfold/key-hierarchy';
import type { Service } from '@keyfold/service';
import type { FaultBook } from '../control/fault-book.ts';
import type { Journal } from '../control/journal.ts';
import { Watch } from '../control/watch.ts';
import { type WatchedAws, watchAws } from '../control/watch-aws.ts';
import { EmulatedRoots } from '../emulated-roots.ts';
import { createKms, type Kms } from '../kms/kms.ts';
import type { AccessOptions } from '../kms/policy/access-gate.ts';
import type { IdentityOptions } from '../kms/policy/identity-registry.ts';
import type { RequestRates } from '../kms/policy/request-quotas.ts';
import { once } from '../once.ts';
import { type PlatformRoot, rootOfRows } from '../platform-root.ts';
import type { SecretsManager } from '../secrets-manager/secrets-manager.ts';
import type { SeedTargets } from '../seeds/apply-seed.ts';
import type { StateView } from '../state/state-store.ts';
import { WorldIdentities } from './identities.ts';

/** What is the same for every world of an emulator. */
export interface WorldSettings {
  readonly clock: Clock;
  readonly leaseMs?: number;
  readonly access: AccessOptions;
  readonly requestRates?: RequestRates;
  readonly identities: readonly IdentityOptions[];
  readonly journal: Journal;
  readonly faults: FaultBook;
  readonly platformRoot: PlatformRoot;
  readonly onError: (error: unknown) => void;
}

/** Everything that depends on the emulator's state: one such thing stands on the state at a time, and another one on what it is put back to. */
export interface World {
  readonly hierarchy: KeyHierarchy;
  readonly rows: AuthenticatedStore;
  /** The encryption API, which takes long to load: it is when it is first asked for. */
  readonly service: () => Promise<Service>;
  /** As it is, without a watch. */
  readonly kms: Kms;
  /** As clients reach them. */
  readonly clientKms: WatchedAws;
  readonly clientSecretsManager: WatchedAws;
  readonly roots: EmulatedRoots;
  readonly identities: WorldIdentities;
  /** Where things of a seed go. */
  readonly seedTargets: SeedTargets;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly view: StateView;
  /** The platform root that its rows are under. */
  readonly platformRoot: PlatformRoot;
  /** Ends what faults hold back. */
  hurry(): void;
  /** Lets nothing through to the state any more, and zeroises keys. What is still under way fails. */
  retire(): void;
}

/** Opens the services on a state. */
export async function openWorld(view: StateView, settings: WorldSettings): Promise<World> {
  const { clock, journal, faults, onError, leaseMs, requestRates } = settings;
  const undo: (() => void)[] = [];
  const retire = (): void => {
    for (const step of undo.splice(0).reverse()) step();
  };
  try {
    undo.push(() => view.retire());
    const ending = new AbortController();
    undo.push(() => ending.abort());
    const watch = new Watch({ journal, faults, clock, signal: ending.signal });
    undo.push(() => watch.retire());
    // What fails because it was cut off is nobody's fault.
    const onLiveError = (error: unknown): void => {
      if (!ending.signal.aborted) onError(error);
    };
    const kms = await createKms({
      store: view,
      clock,
      onInternalError: onLiveError,
      access: settings.access,
      ...(requestRates === undefined ? {} : { requestRates }),
    });
    // What the emulator's own services ask of it is watched as well.
    const innerKms = watchAws('kms', kms, watch, 'emulator');
    const secretsManager = once(async () => {
      const { createSecretsManager } = await import('../secrets-manager/secrets-manager.ts');
      return createSecretsManager({
        store: view,
        clock,
        kms: { handle: innerKms.handle, managedKey: kms.managedKey },
        onInternalError: onLiveError,
        access: settings.access,
      });
    });
    const roots = new EmulatedRoots(innerKms);
    const resolveRoot: RootResolver = (reference) => roots.resolve(reference);
    const platformRoot = await rootOfRows(view, settings.platformRoot);
    undo.push(() => platformRoot[Symbol.dispose]());
    const master = await openMaster({ store: view, root: platformRoot.root, backend: nodeBackend });
    undo.push(() => master.dispose());
    const hierarchy = createKeyHierarchy({
      rows: master.rows,
      roots: resolveRoot,
      backend: nodeBackend,
      // A clock that was handed in may stand still or go back; a lease must end all the same.
      clock: { now: () => ({ wallMs: clock.now().wallMs, monotonicMs: systemClock.now().monotonicMs }) },
      ...(leaseMs === undefined ? {} : { leaseMs }),
    });
    undo.push(() => hierarchy.close());
    const service = once(async () => {
      const { createService } = await import('@keyfold/service');
      return createService({
        hierarchy,
        rows: master.rows,
        backend: nodeBackend,
        clock,
        onError: onLiveError,
      });
    });
    return {
      hierarchy,
      rows: master.rows,
      service,
      kms,
      clientKms: watchAws('kms', kms, watch, 'client'),
      clientSecretsManager: watchAws('secretsmanager', lazily(secretsManager), watch, 'client'),
      roots,
      identities: await WorldIdentities.open(view, settings.identities),
      seedTargets: {
        store: view,
        clock,
        kms,
        secrets: {
          look: async (secret) => (await secretsManager()).seeds.look(secret),
          create: async (secret) => (await secretsManager()).seeds.create(secret),
        },
        encryption: { rows: master.rows, roots: resolveRoot, backend: nodeBackend },
      },
      clock,
      watch,
      view,
      platformRoot,
      hurry: () => ending.abort(),
      retire,
    };
  } catch (error) {
    retire();
    throw error;
  }
}

function lazily(load: () => Promise<SecretsManager>): Pick<SecretsManager, 'handle'> {
  return { handle: async (request) => (await load()).handle(request) };
}
