import { type Scope, scopeId } from '@keyfold/crypto-core';

/** Whose key encrypts, within which tenant. */
export interface KeyScope {
  readonly tenant: string;
  readonly scope: Scope;
  /** The same for equal scopes and for no others: a key for maps. */
  readonly mapKey: string;
}

/** JSON keeps the parts apart whatever they contain. */
export function keyScope(tenant: string, scope: Scope): KeyScope {
  return { tenant, scope, mapKey: JSON.stringify([tenant, scope.kind, scopeId(scope)]) };
}
