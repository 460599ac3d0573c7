import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@keyfold/crypto-core';
import { placeOfCredential, placeOfRequest } from '../credential-scope.ts';
import type { Place } from '../keys/key-address.ts';
import type { Connection } from '../policy/caller-identity.ts';
import type { IdentityRegistry, KnownCredentials } from '../policy/identity-registry.ts';
import { headerPairs, queryParameters } from './signed-request.ts';
import { verifySignature } from './verify-signature.ts';

/** Whether signatures count. `lax` takes any credentials; `strict` known ones alone, with a signature that is right. */
export type SignatureMode = 'lax' | 'strict';

export interface AuthenticationOptions {
  /** Default lax. */
  readonly mode?: SignatureMode;
  /** Whose credentials are known. Absent: nobody's. */
  readonly identities?: IdentityRegistry;
  readonly clock: Clock;
}

/** Who sent a request, as far as its credentials tell. */
export interface Authenticated extends Place {
  readonly credentials: KnownCredentials | undefined;
  readonly connection: Connection;
}

/**
 * Finds out who sent a request.
 *
 * @throws {SignatureRefusal} in strict mode, for a signature that is not right
 */
export function authenticate(
  request: IncomingMessage,
  body: Uint8Array,
  { mode = 'lax', identities, clock }: AuthenticationOptions,
): Authenticated {
  const target = request.url ?? '/';
  const connection = connectionOf(request);
  if (mode === 'strict') {
    const { credentials, claim } = verifySignature(
      { method: request.method ?? '', target, headers: headerPairs(request.rawHeaders), body },
      {
        credentialsOf: (id) => identities?.credentialsOf(id),
        nowMs: clock.now().wallMs,
        service: 'kms',
      },
    );
    return {
      accountId: credentials.principal.accountId,
      region: claim.scope.region,
      credentials,
      connection,
    };
  }
  const credential = queryParameters(target).find(([name]) => name === 'X-Amz-Credential')?.[1];
  const place =
    credential === undefined ? placeOfRequest(request.headers.authorization) : placeOfCredential(credential);
  const credentials =
    place.accessKeyId === undefined ? undefined : identities?.credentialsOf(place.accessKeyId);
  return {
    accountId: credentials?.principal.accountId ?? place.accountId,
    region: place.region,
    credentials,
    connection,
  };
}

function connectionOf({ socket, headers }: IncomingMessage): Connection {
  // An IPv4 client of a dual-stack socket is one of IPv4's.
  const sourceIp = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '');
  const userAgent = headers['user-agent'];
  return {
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(userAgent === undefined ? {} : { userAgent }),
    secure: (socket as Partial<TLSSocket>).encrypted === true,
  };
}
