import { SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import type { RootKey } from '@keyfold/key-hierarchy';
import { staticRootKey } from '@keyfold/kms/static';
import { StateUnusableError } from './errors.ts';
import type { StateFolder } from './state-folder.ts';

const keyBytes = 32;

/**
 * The root above the service's own master key. In a deployment that is a KMS key; here it is a file beside the database,
 * because an emulator's state has to work without anything else.
 *
 * Called before the store is opened: a store without this key is a store whose key was lost.
 *
 * @throws {StateUnusableError} where the file does not hold 32 bytes, or is gone while the store is there.
 * @throws {StateUnwritableError} where a new one cannot be stored.
 */
export function openPlatformRoot(state: StateFolder): RootKey {
  const stored = state.read('platform-root.key');
  if (stored !== undefined && stored.byteLength !== keyBytes)
    throw new StateUnusableError(state.file('platform-root.key'), `does not hold ${keyBytes} bytes`);
  // A new key would open nothing that is there, and hide that the old one is gone.
  if (stored === undefined && state.has('state.sqlite'))
    throw new StateUnusableError(state.file('platform-root.key'), 'is missing');
  const key = stored === undefined ? SecretBytes.random(keyBytes) : SecretBytes.take(stored);
  if (stored === undefined) state.write('platform-root.key', key.reveal());
  return staticRootKey({ keyId: 'emulator-platform-root', key, backend: nodeBackend });
}
