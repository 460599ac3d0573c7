import type { IncomingMessage, RequestListener } from 'node:http';
import { systemClock } from '@keyfold/crypto-core';
import { kmsHttpHandler } from '../kms/kms-http-handler.ts';
import type { AuthenticationOptions } from '../kms/sigv4/authenticate.ts';
import { type SecretsManager, targetPrefix } from './secrets-manager.ts';

/** Whether a request is AWS Secrets Manager's: `POST /` with one of its operations as target. */
export function isSecretsManagerRequest(request: IncomingMessage): boolean {
  const target = request.headers['x-amz-target'];
  return (
    request.method === 'POST' &&
    // A presigned request has its signature in the query.
    (request.url === '/' || request.url?.startsWith('/?') === true) &&
    typeof target === 'string' &&
    target.startsWith(targetPrefix)
  );
}

/**
 * Serves an emulated AWS Secrets Manager over `node:http`, as {@link kmsHttpHandler} serves AWS KMS: the protocol is the same, and in
 * strict mode the credentials' scope must say `secretsmanager`.
 */
export function secretsManagerHttpHandler(
  secretsManager: SecretsManager,
  authentication: AuthenticationOptions = { clock: systemClock },
): RequestListener {
  return kmsHttpHandler(secretsManager, { ...authentication, service: 'secretsmanager' });
}
