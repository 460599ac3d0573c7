import type { Place } from '../keys/key-address.ts';
import type { KnownCredentials } from './identity-registry.ts';
import { rootPrincipal } from './principal.ts';

/** By identity: nothing that a client or a document brings can be one of them. */
const made = new WeakSet<KnownCredentials>();

/**
 * Credentials of the emulator's own, for work that no client asked for, such as a seed's: it acts for an account, and what the
 * account's policies say does not keep it out. Other accounts stay apart.
 */
export function emulatorCredentials({ accountId, region }: Place): KnownCredentials {
  const credentials: KnownCredentials = {
    accessKeyId: '',
    secretAccessKey: '',
    principal: rootPrincipal(accountId, region),
    policies: [],
    context: [],
  };
  made.add(credentials);
  return credentials;
}

/** Whether {@link emulatorCredentials} made them. */
export function isEmulator(credentials: KnownCredentials): boolean {
  return made.has(credentials);
}
