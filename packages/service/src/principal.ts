import type { Role, TenantGrant } from '@keyfold/protocol';

/** Who makes a request: an API key that proved to be good. */
export interface Principal {
  /** The key's public part. */
  readonly id: string;
  readonly role: Role;
  readonly tenants: TenantGrant;
}

/** Whether a grant reaches one tenant. */
export function coversTenant(grant: TenantGrant, tenant: string): boolean {
  return grant === '*' || grant.includes(tenant);
}

/** Whether a grant reaches all that another one does, so that who has it may give or take the other. */
export function coversGrant(grant: TenantGrant, other: TenantGrant): boolean {
  if (grant === '*') return true;
  return other !== '*' && other.every((tenant) => grant.includes(tenant));
}
