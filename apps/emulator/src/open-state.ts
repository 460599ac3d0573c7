import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { StateUnusableError } from './errors.ts';
import { openPlatformRoot, type PlatformRoot } from './platform-root.ts';
import type { StateFolder } from './state-folder.ts';
import type { Teardown } from './teardown.ts';

/** What everything else stands on. */
export interface OpenState {
  readonly store: Store;
  readonly platformRoot: PlatformRoot;
}

/**
 * Opens the state in a folder, or one in memory where the folder is ephemeral. The store comes first: whoever has it owns the
 * folder, and nobody else writes anything there.
 *
 * @param teardown - is told how to close what was opened, also where the rest then fails.
 * @throws {StateUnusableError} {@link StateUnwritableError} where a file is missing, damaged or cannot be made.
 * @throws {StoreInUseError} where another emulator has it, {@link StoreTooNewError} where a newer one wrote it, and the store's
 * other errors
 */
export async function openState(folder: StateFolder, teardown: Teardown): Promise<OpenState> {
  const withRoot = async (store: Store): Promise<OpenState> => {
    teardown.add(() => store.close());
    const platformRoot = openPlatformRoot(folder, await isUsed(store));
    teardown.add(() => platformRoot[Symbol.dispose]());
    return { store, platformRoot };
  };
  if (folder.ephemeral) return withRoot(createMemoryStore());
  // It is written last: where it is, a store was. A new one would hide that it is gone.
  if (folder.has('development.json') && !folder.has('state.sqlite'))
    throw new StateUnusableError(folder.file('state.sqlite'), 'is missing');
  // SQLite is loaded where state is kept.
  const [{ openSqliteStore }, { openKeptState }] = await Promise.all([
    import('@keyfold/stores/sqlite'),
    import('./state/state-format.ts'),
  ]);
  const { store, platformRoot } = await withRoot(
    await openSqliteStore({ path: folder.file('state.sqlite') }),
  );
  folder.sweep();
  return { store: await openKeptState(store), platformRoot };
}

/** Whether anything is under the platform root. */
async function isUsed(store: Store): Promise<boolean> {
  return (await store.list('master_key', { limit: 1 })).length > 0;
}
