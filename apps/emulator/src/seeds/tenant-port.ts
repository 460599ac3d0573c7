import {
  type CryptoBackend,
  dataKeyHeader,
  encodeBase64url,
  isKeyfoldError,
  type SecretBytes,
} from '@keyfold/crypto-core';
import {
  type AuthenticatedStore,
  createKeyHierarchy,
  type KeyHierarchy,
  type RootResolver,
} from '@keyfold/key-hierarchy';
import { derive } from './derive-tenant-keys.ts';
import type { SeedTenant, SeedTenantService } from './seed.ts';
import type { SeedFinding, SeedPort } from './seed-port.ts';
import { type SeededChoices, seedingBackend, seedingRoots } from './seeding-backend.ts';

/** What tenants are made with: what the emulator's own hierarchy has. */
export interface TenantPortDependencies {
  readonly rows: AuthenticatedStore;
  readonly roots: RootResolver;
  readonly backend: CryptoBackend;
}

const hint = 'Change the seed, or begin with an emulator that is empty.';

/**
 * Makes tenants and services through a hierarchy, which here is told what keys to take. What a service of a seeded tenant wrapped
 * in one emulator is unwrapped in another.
 */
export function tenantPort(dependencies: TenantPortDependencies): SeedPort<SeedTenant> {
  return {
    look: (tenant) =>
      withHierarchy(dependencies, tenant, (hierarchy) => look(hierarchy, tenant, dependencies)),
    create: (tenant) =>
      withHierarchy(dependencies, tenant, async (hierarchy, choose) => {
        await choose(undefined, 1);
        await hierarchy.createTenant({ id: tenant.id, root: { provider: 'aws-kms', keyId: tenant.root } });
        for (const service of tenant.services) await makeService(hierarchy, tenant, service, choose);
      }),
  };
}

type Choose = (service: string | undefined, version: number) => Promise<void>;

async function withHierarchy<Result>(
  { rows, roots, backend }: TenantPortDependencies,
  { id: tenant, material }: SeedTenant,
  work: (hierarchy: KeyHierarchy, choose: Choose) => Promise<Result>,
): Promise<Result> {
  if (material === undefined) {
    const hierarchy = createKeyHierarchy({ rows, roots, backend });
    try {
      return await work(hierarchy, async () => undefined);
    } finally {
      hierarchy.close();
    }
  }
  const ids = new Map<number, Uint8Array>();
  const choices: SeededChoices = {
    randomBytes: (byteLength) => ids.get(byteLength),
    tenantKey: async () => derive(backend, material, 'tenant-key', { tenant, version: 1 }),
    keyFor: async ({ purpose, scope, version }) =>
      purpose === 'service-key' && scope.kind === 'service'
        ? derive(backend, material, 'service-key', { tenant, service: scope.id, version })
        : undefined,
  };
  const hierarchy = createKeyHierarchy({
    rows,
    roots: seedingRoots(roots, choices),
    backend: seedingBackend(backend, choices),
  });
  const choose: Choose = async (service, version) => {
    ids.clear();
    const kind = service === undefined ? 'root-tenant-id' : 'key-reference';
    const id = await derivedId(backend, material, kind, { tenant, version, ...(service && { service }) });
    ids.set(id.byteLength, id);
  };
  try {
    return await work(hierarchy, choose);
  } finally {
    hierarchy.close();
  }
}

async function makeService(
  hierarchy: KeyHierarchy,
  tenant: SeedTenant,
  { id, keyVersions }: SeedTenantService,
  choose: Choose,
): Promise<void> {
  await choose(id, 1);
  let { activeVersion } = await hierarchy.createService(tenant.id, id);
  while (activeVersion < keyVersions) {
    await choose(id, activeVersion + 1);
    ({ activeVersion } = await hierarchy.rotateServiceKey(tenant.id, id));
  }
}

/** Ids are not secret, and travel as texts. */
async function derivedId(
  backend: CryptoBackend,
  material: SecretBytes,
  kind: 'root-tenant-id' | 'key-reference',
  key: Parameters<typeof derive>[3],
): Promise<Uint8Array> {
  const secret = await derive(backend, material, kind, key);
  try {
    return new Uint8Array(secret.reveal());
  } finally {
    secret.dispose();
  }
}

async function look(
  hierarchy: KeyHierarchy,
  tenant: SeedTenant,
  { backend }: TenantPortDependencies,
): Promise<SeedFinding> {
  const found = await orUndefined('tenant_not_found', () => hierarchy.getTenant(tenant.id));
  if (found === undefined) return 'absent';
  if (found.root.provider !== 'aws-kms' || found.root.keyId !== tenant.root)
    return { message: 'is a tenant that is there already, under another root key', hint };
  const { material } = tenant;
  if (material !== undefined) {
    const id = await derivedId(backend, material, 'root-tenant-id', { tenant: tenant.id, version: 1 });
    if (encodeBase64url(id) !== found.rootTenantId)
      return { message: 'is a tenant that is there already, with keys that are not of its material', hint };
  }
  let finding: SeedFinding = 'same';
  for (const service of tenant.services) {
    const { id, keyVersions } = service;
    const there = await orUndefined('service_not_found', () => hierarchy.getService(tenant.id, id));
    const activeVersion = there?.activeVersion ?? 0;
    if (activeVersion < keyVersions) finding = 'absent';
    for (
      let version = 1;
      material !== undefined && version <= Math.min(activeVersion, keyVersions);
      version++
    )
      if (!(await opens(hierarchy, backend, material, { tenant: tenant.id, service: id, version })))
        return {
          message: `has a service ${id} that is there already, with a key of version ${version} that is not of its material`,
          hint,
        };
  }
  return finding;
}

/** Whether the hierarchy unwraps what was wrapped under a key that follows from the material. */
async function opens(
  hierarchy: KeyHierarchy,
  backend: CryptoBackend,
  material: SecretBytes,
  key: { readonly tenant: string; readonly service: string; readonly version: number },
): Promise<boolean> {
  const { tenant, service, version } = key;
  const keyReference = await derivedId(backend, material, 'key-reference', key);
  const serviceKey = await backend.wrappingKey(await derive(backend, material, 'service-key', key));
  const fresh = await backend.createDataKey();
  try {
    const scope = { kind: 'service', id: service } as const;
    const { commitment } = fresh;
    // docs/formats/key-wrapping.md: a data key's own version is 0.
    const place = {
      purpose: 'data-key',
      tenant,
      scope,
      keyReference,
      version: 0,
      parentVersion: version,
    } as const;
    const wrapped = await serviceKey.wrap(fresh.secret, { ...place, commitment });
    const header = dataKeyHeader({ keyReference, wrapped }, commitment);
    const [item] = (await hierarchy.unwrapDataKeys(tenant, scope, [header])).items;
    if (item === undefined || isKeyfoldError(item)) return false;
    item.dispose();
    return true;
  } finally {
    serviceKey[Symbol.dispose]();
    fresh[Symbol.dispose]();
  }
}

async function orUndefined<T>(code: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isKeyfoldError(error) && error.code === code) return undefined;
    throw error;
  }
}
