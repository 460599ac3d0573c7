import { createServer } from 'node:http';
import { systemClock } from '@keyfold/crypto-core';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { createKms } from '../../apps/emulator/src/kms/kms.ts';
import { kmsHttpHandler } from '../../apps/emulator/src/kms/kms-http-handler.ts';
import {
  createIdentityRegistry,
  type IdentityOptions,
} from '../../apps/emulator/src/kms/policy/identity-registry.ts';

/** An emulated KMS on a port of its own. */
export interface EmulatedKms extends AsyncDisposable {
  readonly url: string;
  /** What went wrong inside; no request may lead to that. */
  readonly internalErrors: readonly unknown[];
}

/**
 * Starts an empty KMS, served as the emulator serves it.
 *
 * @param identities - where given, requests need the signature of one of them
 */
export async function startEmulatedKms(identities?: readonly IdentityOptions[]): Promise<EmulatedKms> {
  const internalErrors: unknown[] = [];
  const kms = await createKms({
    store: createMemoryStore(),
    clock: systemClock,
    onInternalError: (error) => internalErrors.push(error),
  });
  const server = createServer(
    kmsHttpHandler(kms, {
      clock: systemClock,
      ...(identities === undefined ? {} : { mode: 'strict', identities: createIdentityRegistry(identities) }),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    internalErrors,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}
