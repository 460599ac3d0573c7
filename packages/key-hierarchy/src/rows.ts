import type { KeyState } from './key-state.ts';
import type { RootReference } from './root-key.ts';

/** The store's tables. A key's parts are listed behind each. */
export const tables = {
  /** '1' */
  masterKey: 'master_key',
  /** tenant id */
  tenant: 'tenant',
  /** tenant id, version */
  tenantKey: 'tenant_key',
  /** tenant id, service id */
  service: 'service',
  /** tenant id, service id, version */
  serviceKey: 'service_key',
  /** tenant id, key reference */
  keyReference: 'key_reference',
} as const;

/** What every version of a stored key has. */
export interface StoredKey {
  readonly version: number;
  readonly state: KeyState;
  /** base64url of the wrapped key. */
  readonly wrapped: string;
  /** Uses that were set aside before they are used; never fewer than were used. */
  readonly wrapsReserved: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface TenantRow {
  readonly id: string;
  readonly rootTenantId: string;
  readonly root: RootReference;
  readonly binding: 'sovereign';
  /** The version of the tenant key that wraps. */
  readonly activeVersion: number;
  readonly createdAt: string;
}

/** A tenant key (L2), wrapped by the root. */
export interface TenantKeyRow extends StoredKey {}

export interface ServiceRow {
  readonly tenant: string;
  readonly id: string;
  readonly activeVersion: number;
  readonly createdAt: string;
}

/** A service key (L3), wrapped by its tenant key. */
export interface ServiceKeyRow extends StoredKey {
  /** base64url of 8 random bytes, unique in the tenant. */
  readonly keyReference: string;
  /** The version of the tenant key that wraps it. */
  readonly parentVersion: number;
}

/** Which service-key version a reference names. */
export interface KeyReferenceRow {
  readonly service: string;
  readonly version: number;
}

/**
 * A version as a part of a row's key, in the order of the numbers.
 *
 * @param version an unsigned 32-bit integer
 */
export function versionPart(version: number): string {
  return String(version).padStart(10, '0');
}
