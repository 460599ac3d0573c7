import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@keyfold/crypto-core';
import { type RequestHead, readRequestHead } from '../../request-head.ts';
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
  /** What the credentials' scope must say. Default `kms`. */
  readonly service?: string;
}

/** Who sent a request, as far as its credentials tell. */
export interface Authenticated extends Place {
  readonly credentials: KnownCredentials | undefined;
  readonly connection: Connection;
}

/**
 * Finds out who sent a request.
 *
 * @throws {SignatureRefusal} in strict mode, for a signature that is not right; else for a credential that says no account and Region
 */
export function authenticate(
  request: IncomingMessage,
  body: Uint8Array,
  { mode = 'lax', identities, clock, service = 'kms' }: AuthenticationOptions,
  head: RequestHead = readRequestHead(request),
): Authenticated {
  const target = request.url ?? '/';
  const connection = connectionOf(request, head);
  if (mode === 'strict') {
    const { credentials, claim } = verifySignature(
      { method: request.method ?? '', target, headers: headerPairs(request.rawHeaders), body },
      {
        credentialsOf: (id) => identities?.credentialsOf(id),
        nowMs: clock.now().wallMs,
        service,
      },
    );
    return {
      accountId: credentials.principal.accountId,
      region: claim.scope.region,
      credentials,
      connection,
    };
  }
  const credential =
    target === '/' ? undefined : queryParameters(target).find(([name]) => name === 'X-Amz-Credential')?.[1];
  const place = credential === undefined ? placeOfRequest(head.authorization) : placeOfCredential(credential);
  const credentials =
    place.accessKeyId === undefined ? undefined : identities?.credentialsOf(place.accessKeyId);
  return {
    accountId: credentials?.principal.accountId ?? place.accountId,
    region: place.region,
    credentials,
    connection,
  };
}

function connectionOf({ socket }: IncomingMessage, { userAgent }: RequestHead): Connection {
  const sourceIp = addressOf(socket);
  const secure = (socket as Partial<TLSSocket>).encrypted === true;
  if (sourceIp === undefined) return userAgent === undefined ? { secure } : { userAgent, secure };
  return userAgent === undefined ? { sourceIp, secure } : { sourceIp, userAgent, secure };
}

/** An IPv4 client of a dual-stack socket is one of IPv4's. */
function addressOf({ remoteAddress }: Socket): string | undefined {
  return remoteAddress?.startsWith('::ffff:') === true
    ? remoteAddress.replace(/^::ffff:(?=\d+\.)/, '')
    : remoteAddress;
}
