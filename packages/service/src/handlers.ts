import type { KeyHierarchy } from '@keyfold/key-hierarchy';
import type { ApiKeys } from './api-keys.ts';
import type { Handlers } from './handler.ts';
import { apiKeyHandlers } from './operations/api-keys.ts';
import { dataKeyHandlers } from './operations/data-keys.ts';
import { serviceHandlers } from './operations/services.ts';
import { tenantHandlers } from './operations/tenants.ts';
import type { Rotations } from './rotations.ts';

/** The handler of every operation, by id: a row for each row of the protocol's table. */
export function createHandlers(hierarchy: KeyHierarchy, apiKeys: ApiKeys, rotations: Rotations): Handlers {
  return {
    ...tenantHandlers(hierarchy),
    ...serviceHandlers(hierarchy, rotations),
    ...dataKeyHandlers(hierarchy),
    ...apiKeyHandlers(apiKeys),
  };
}
