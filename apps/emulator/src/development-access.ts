import { isKeyfoldError } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { isValidApiKey, makeApiKey } from './development-api-key.ts';
import { StateUnusableError } from './errors.ts';
import { readNote } from './state/notes.ts';
import type { StateFolder } from './state-folder.ts';
import type { World } from './world/world.ts';

/** A tenant, a service and an administrator's API key that are there from the start, so that nothing has to be set up. */
export interface DevelopmentAccess {
  readonly tenant: string;
  readonly service: string;
  readonly apiKey: string;
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

/** The access that came with imported rows, which is kept among them. */
export async function importedAccess(store: Store): Promise<DevelopmentAccess | undefined> {
  const note = await readNote(store, 'access');
  return note === undefined ? undefined : JSON.parse(Buffer.from(note).toString('utf8'));
}

/** Whether the rows have the API key, and the tenant's service that it is for. */
export async function accessWorks(
  { hierarchy, rows }: World,
  { tenant, service, apiKey }: DevelopmentAccess,
): Promise<boolean> {
  return (await isThere(() => hierarchy.getService(tenant, service))) && (await isValidApiKey(rows, apiKey));
}

const absences: readonly string[] = ['tenant_not_found', 'service_not_found', 'invalid_argument'];

async function isThere(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (isKeyfoldError(error) && absences.includes(error.code)) return false;
    throw error;
  }
}

/**
 * The state folder's development access, made on the first start. The file is written last, and every step before it can
 * be repeated: a start that was interrupted is finished by the next one.
 *
 * @throws {StateUnusableError} where the stored file is not one of these.
 */
export async function openDevelopmentAccess(state: StateFolder, world: World): Promise<DevelopmentAccess> {
  const before = stored(state);
  if (before !== undefined) {
    // Imported rows have an API key of their own. Else, the database may have been removed or replaced: an API key that opens
    // nothing must not be handed out.
    const imported = await importedAccess(world.view);
    if (imported === undefined && !(await accessWorks(world, before)))
      throw new StateUnusableError(
        state.file('development.json'),
        'names a tenant or an API key that the store does not have',
      );
    return before;
  }
  const { hierarchy, roots, rows } = world;
  // An interrupted first start may have made the tenant, under a root key whose ARN nobody wrote down: it is kept.
  if (!(await isThere(() => hierarchy.getTenant(tenant))))
    await hierarchy.createTenant({
      id: tenant,
      root: { provider: 'aws-kms', keyId: await roots.createKey() },
    });
  await hierarchy.createService(tenant, serviceId);
  const apiKey = await makeApiKey(rows, world.clock);
  const access: DevelopmentAccess = { tenant, service: serviceId, apiKey };
  if (!state.ephemeral) state.write('development.json', `${JSON.stringify(access, null, 2)}\n`);
  return access;
}
