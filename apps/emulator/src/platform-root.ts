import { SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import type { RootKey, Store } from '@keyfold/key-hierarchy';
import { type StaticRootKey, staticRootKey } from '@keyfold/kms/static';
import { StateUnusableError } from './errors.ts';
import { readNote } from './state/notes.ts';
import type { StateFolder } from './state-folder.ts';

const keyBytes = 32;
const keyId = 'emulator-platform-root';
const importContext = { purpose: 'imported platform root' } as const;

/**
 * The root above the service's own master key. In a deployment that is a KMS key; here it is a file beside the database,
 * because an emulator's state has to work without anything else.
 */
export interface PlatformRoot extends Disposable {
  readonly root: RootKey;
  /** The key itself, for an export; the caller disposes of it. */
  reveal(): SecretBytes;
}

/**
 * Called while the store is open, since only who has the store may make a key for it: of two emulators that begin at once on a new
 * folder, one would else replace the key under which the other is about to write.
 *
 * @param isUsed - whether the store holds anything under the key: a store without this key is a store whose key was lost.
 * @throws {StateUnusableError} where the file does not hold 32 bytes, or is gone while the store is used.
 * @throws {StateUnwritableError} where a new one cannot be stored.
 */
export function openPlatformRoot(state: StateFolder, isUsed: boolean): PlatformRoot {
  const stored = state.read('platform-root.key');
  if (stored !== undefined && stored.byteLength !== keyBytes)
    throw new StateUnusableError(state.file('platform-root.key'), `does not hold ${keyBytes} bytes`);
  // A new key would open nothing that is there, and hide that the old one is gone.
  if (stored === undefined && isUsed)
    throw new StateUnusableError(state.file('platform-root.key'), 'is missing');
  const key = stored === undefined ? SecretBytes.random(keyBytes) : SecretBytes.take(stored);
  if (stored === undefined && !state.ephemeral) state.write('platform-root.key', key.reveal());
  return platformRoot(key);
}

/** The platform root that the rows of a store are under: that of this place, or one that was imported with them. */
export async function rootOfRows(store: Store, own: PlatformRoot): Promise<PlatformRoot> {
  const wrapped = await readNote(store, 'platform-root');
  if (wrapped === undefined) return { ...own, [Symbol.dispose]: () => undefined };
  return platformRoot(await revealRoot(wrapped, own));
}

/**
 * The key of the platform root that some rows are under; the caller disposes of it.
 *
 * @param wrapped - their note of an imported one, if they have it.
 */
export async function revealRoot(wrapped: Uint8Array | undefined, own: PlatformRoot): Promise<SecretBytes> {
  return wrapped === undefined ? own.reveal() : own.root.unwrap(wrapped, importContext);
}

/** Wraps the platform root of an export, to be kept beside the rows that are under it. */
export async function wrapImportedRoot(key: SecretBytes, own: PlatformRoot): Promise<Uint8Array> {
  return own.root.wrap(key, importContext);
}

function platformRoot(key: SecretBytes): PlatformRoot {
  const root: StaticRootKey = staticRootKey({ keyId, key, backend: nodeBackend });
  return { root, reveal: () => key.clone(), [Symbol.dispose]: () => root.dispose() };
}
