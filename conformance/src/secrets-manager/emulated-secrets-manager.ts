import { createServer } from 'node:http';
import { systemClock } from '@keyfold/crypto-core';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { createKms } from '../../../apps/emulator/src/kms/kms.ts';
import { isKmsRequest, kmsHttpHandler } from '../../../apps/emulator/src/kms/kms-http-handler.ts';
import { createSecretsManager } from '../../../apps/emulator/src/secrets-manager/secrets-manager.ts';
import { secretsManagerHttpHandler } from '../../../apps/emulator/src/secrets-manager/secrets-manager-http-handler.ts';

/** An emulated Secrets Manager, and the KMS that it seals values under, on a port of their own. */
export interface EmulatedSecretsManager extends AsyncDisposable {
  readonly url: string;
  /** What went wrong inside; no request may lead to that. */
  readonly internalErrors: readonly unknown[];
}

/** Starts both, empty, served as the emulator serves them. */
export async function startEmulatedSecretsManager(): Promise<EmulatedSecretsManager> {
  const internalErrors: unknown[] = [];
  const settings = {
    store: createMemoryStore(),
    clock: systemClock,
    onInternalError: (error: unknown) => void internalErrors.push(error),
  };
  const kms = await createKms(settings);
  const handleKms = kmsHttpHandler(kms);
  const handleSecrets = secretsManagerHttpHandler(createSecretsManager({ ...settings, kms }));
  const server = createServer((request, response) =>
    (isKmsRequest(request) ? handleKms : handleSecrets)(request, response),
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
