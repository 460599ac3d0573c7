import type { EncryptionContext } from '@keyfold/crypto-core';

/*
 * What root keys are told of what they wrap. It is authenticated, and it shows in the key service's logs, so it holds opaque
 * random identifiers only, never a tenant's name. A key policy can be conditioned on it.
 */

/** The context of the key that authenticates this installation's rows. */
export function masterKeyContext(installation: string, version: number): EncryptionContext {
  return { purpose: 'keyfold:master-key', installation, version: String(version) };
}

/** The context of a tenant's key (L2). */
export function tenantKeyContext(rootTenantId: string, version: number): EncryptionContext {
  return { purpose: 'keyfold:tenant-key', tenant: rootTenantId, version: String(version) };
}
