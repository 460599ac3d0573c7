import { isKeyfoldError } from '@keyfold/crypto-core';
import type { KeyHierarchy } from '@keyfold/key-hierarchy';
import type { Service } from '@keyfold/service';
import { StateUnusableError } from './errors.ts';
import type { StateFolder } from './state-folder.ts';

/** A tenant, a service and an administrator's API key that are there from the start, so that nothing has to be set up. */
export interface DevelopmentAccess {
  readonly tenant: string;
  readonly service: string;
  readonly apiKey: string;
}

export interface DevelopmentAccessDeps {
  readonly state: StateFolder;
  readonly hierarchy: KeyHierarchy;
  readonly service: Service;
  /** Makes a key in the emulated KMS and returns its ARN. */
  readonly createRootKey: () => Promise<string>;
}

const tenant = 'demo';
const serviceId = 'app';

function isAccess(value: unknown): value is DevelopmentAccess {
  if (typeof value !== 'object' || value === null) return false;
  const { tenant, service, apiKey }: Partial<Record<keyof DevelopmentAccess, unknown>> = value;
  return typeof tenant === 'string' && typeof service === 'string' && typeof apiKey === 'string';
}

function stored(state: StateFolder): DevelopmentAccess | undefined {
  const bytes = state.read('development.json');
  if (bytes === undefined) return undefined;
  const path = state.file('development.json');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new StateUnusableError(path, 'is not JSON', { cause });
  }
  if (!isAccess(value))
    throw new StateUnusableError(path, 'does not name a tenant, a service and an API key');
  return value;
}

/** Whether the service knows the API key, and the tenant's service that it is for. */
async function works(
  service: Service,
  { tenant, service: name, apiKey }: DevelopmentAccess,
): Promise<boolean> {
  const answer = await service.execute('getService', {
    params: { tenant, service: name },
    query: new URLSearchParams(),
    headers: { authorization: `Bearer ${apiKey}` },
    body: new Uint8Array(),
    requestId: 'start',
  });
  answer[Symbol.dispose]();
  return answer.status === 200;
}

async function exists(hierarchy: KeyHierarchy): Promise<boolean> {
  try {
    await hierarchy.getTenant(tenant);
    return true;
  } catch (error) {
    if (isKeyfoldError(error) && error.code === 'tenant_not_found') return false;
    throw error;
  }
}

/**
 * The state folder's development access, made on the first start. The file is written last, and every step before it can
 * be repeated: a start that was interrupted is finished by the next one.
 *
 * @throws {StateUnusableError} where the stored file is not one of these.
 */
export async function openDevelopmentAccess(deps: DevelopmentAccessDeps): Promise<DevelopmentAccess> {
  const { state, hierarchy, service, createRootKey } = deps;
  const before = stored(state);
  if (before !== undefined) {
    // The database may have been removed or replaced: an API key that opens nothing must not be handed out.
    if (!(await works(service, before)))
      throw new StateUnusableError(
        state.file('development.json'),
        'names a tenant or an API key that the store does not have',
      );
    return before;
  }
  // An interrupted first start may have made the tenant, under a root key whose ARN nobody wrote down: it is kept.
  if (!(await exists(hierarchy)))
    await hierarchy.createTenant({ id: tenant, root: { provider: 'aws-kms', keyId: await createRootKey() } });
  await hierarchy.createService(tenant, serviceId);
  const { apiKey } = await service.apiKeys.create({
    role: 'admin',
    tenants: '*',
    description: 'development',
  });
  const access: DevelopmentAccess = { tenant, service: serviceId, apiKey };
  state.write('development.json', `${JSON.stringify(access, null, 2)}\n`);
  return access;
}
