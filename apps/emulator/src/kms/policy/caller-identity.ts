import type { Place } from '../keys/key-address.ts';
import type { NamedPolicy } from './decide.ts';
import { isEmulator } from './emulator-credentials.ts';
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
  /** Whether no policy of the account's own is asked: the emulator at work, and never a client. */
  readonly unrestricted: boolean;
}

const nobodyInParticular = { policies: [], context: [], anonymous: true, unrestricted: false } as const;

/** The last account's: one that asks mostly asks again. */
let lastRoot: { readonly place: Place; readonly identity: CallerIdentity } | undefined;

function rootOf({ accountId, region }: Place): CallerIdentity {
  if (lastRoot?.place.accountId === accountId && lastRoot.place.region === region) return lastRoot.identity;
  const identity = { ...nobodyInParticular, principal: rootPrincipal(accountId, region) };
  lastRoot = { place: { accountId, region }, identity };
  return identity;
}

/**
 * Unknown credentials act as their account's root user.
 *
 * @param viaService - the service of AWS's that asks on the caller's behalf.
 */
export function identityOf(
  credentials: KnownCredentials | undefined,
  place: Place,
  viaService?: string,
): CallerIdentity {
  const identity =
    credentials === undefined
      ? rootOf(place)
      : {
          principal: credentials.principal,
          policies: credentials.policies,
          context: credentials.context,
          anonymous: false,
          unrestricted: isEmulator(credentials),
        };
  if (viaService === undefined) return identity;
  return { ...identity, context: [...identity.context, ['kms:ViaService', [viaService]]] };
}
