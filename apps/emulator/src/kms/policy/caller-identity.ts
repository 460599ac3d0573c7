import type { Place } from '../keys/key-address.ts';
import type { NamedPolicy } from './decide.ts';
import type { KnownCredentials } from './identity-registry.ts';
import { type Principal, rootPrincipal } from './principal.ts';

/** How the request came. */
export interface Connection {
  /** The client's address: `aws:SourceIp`. */
  readonly sourceIp?: string;
  /** Whether it came over TLS: `aws:SecureTransport`. */
  readonly secure?: boolean;
  readonly userAgent?: string;
}

/** Who calls, and what goes with them. */
export interface CallerIdentity {
  readonly principal: Principal;
  readonly policies: readonly NamedPolicy[];
  /** Condition keys of the credentials' own. */
  readonly context: KnownCredentials['context'];
  /** Whether the credentials are unknown: the caller then stands for its account. */
  readonly anonymous: boolean;
}

const nobodyInParticular = { policies: [], context: [], anonymous: true } as const;

/** Unknown credentials act as their account's root user. */
export function identityOf(credentials: KnownCredentials | undefined, place: Place): CallerIdentity {
  if (credentials === undefined)
    return { ...nobodyInParticular, principal: rootPrincipal(place.accountId, place.region) };
  const { principal, policies, context } = credentials;
  return { principal, policies, context, anonymous: false };
}
