import { createAlias } from './create-alias.ts';
import { createGrant } from './create-grant.ts';
import {
  connectCustomKeyStore,
  createCustomKeyStore,
  deleteCustomKeyStore,
  describeCustomKeyStores,
  disconnectCustomKeyStore,
  updateCustomKeyStore,
} from './custom-key-stores.ts';
import { deleteAlias } from './delete-alias.ts';
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from './key-policies.ts';
import { listAliases } from './list-aliases.ts';
import { listGrants, listRetirableGrants } from './list-grants.ts';
import type { Operation } from './operation.ts';
import { retireGrant, revokeGrant } from './retire-grant.ts';
import { listResourceTags, tagResource, untagResource } from './tag-resource.ts';
import { updateAlias } from './update-alias.ts';

/** Operations on what keys are called, who may use them, and where they are kept. */
export const accessOperations: readonly Operation[] = [
  connectCustomKeyStore,
  createAlias,
  createCustomKeyStore,
  createGrant,
  deleteAlias,
  deleteCustomKeyStore,
  describeCustomKeyStores,
  disconnectCustomKeyStore,
  getKeyPolicy,
  listAliases,
  listGrants,
  listKeyPolicies,
  listResourceTags,
  listRetirableGrants,
  putKeyPolicy,
  retireGrant,
  revokeGrant,
  tagResource,
  untagResource,
  updateAlias,
  updateCustomKeyStore,
];
