import type { CanonicalBytes } from './canonical-bytes.ts';
import { InvalidEncryptionContextError } from './crypto-errors.ts';
import { isNameIn, isObject } from './type-checks.ts';

/**
 * Whose key encrypts: a service or domain of the tenant, the tenant as a whole, one of its users, the
 * platform across tenants, or one single credential.
 */
export type Scope =
  | { readonly kind: 'service'; readonly id: string }
  | { readonly kind: 'tenant' }
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'platform' }
  | { readonly kind: 'secret'; readonly id: string };

/** The kinds of scope. */
export type ScopeKind = Scope['kind'];

/** For each kind of scope: its byte in the AAD, whether it has an id, whether it lies within a tenant. */
export const scopeKinds: Readonly<
  Record<ScopeKind, { readonly code: number; readonly hasId: boolean; readonly inTenant: boolean }>
> = {
  tenant: { code: 1, hasId: false, inTenant: true },
  service: { code: 2, hasId: true, inTenant: true },
  user: { code: 3, hasId: true, inTenant: true },
  platform: { code: 4, hasId: false, inTenant: false },
  secret: { code: 5, hasId: true, inTenant: true },
};

/**
 * The scope's id, or the empty string where its kind has none.
 *
 * @throws {@link InvalidEncryptionContextError} for anything but an object
 * @example
 * ```ts
 * scopeId({ kind: 'service', id: 'billing' }); // → 'billing'
 * scopeId({ kind: 'tenant' }); // → ''
 * ```
 */
export function scopeId(scope: Scope): string {
  if (!isObject(scope)) throw new InvalidEncryptionContextError('A scope must be an object.');
  return 'id' in scope ? scope.id : '';
}

/**
 * Writes lp16(tenant) ‖ scope kind ‖ lp16(scope id). The tenant is empty exactly where the kind lies outside
 * tenants.
 *
 * @throws {@link InvalidEncryptionContextError} for an unknown kind, a missing id or tenant, or one that must
 *   be absent
 */
export function writeTenantAndScope(out: CanonicalBytes, tenant: string, scope: Scope): void {
  const name = isObject(scope) ? scope.kind : undefined; // read once: what is checked is what is written
  if (!isNameIn(scopeKinds, name)) {
    throw new InvalidEncryptionContextError(
      `A scope's kind must be one of ${Object.keys(scopeKinds).join(', ')}.`,
    );
  }
  const kind = scopeKinds[name];
  if (kind.inTenant) out.name('The tenant', tenant);
  else out.absent(`The tenant of the scope ${name}`, tenant);
  out.u8(kind.code);
  if (kind.hasId) out.name(`The id of the scope ${name}`, scopeId(scope));
  else out.absent(`The id of the scope ${name}`, scopeId(scope));
}
