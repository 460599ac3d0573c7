import { z } from 'zod';
import { limits } from '../limits.ts';
import type { PageQuery, RequestBody } from '../messages.ts';
import type { Operation, OperationId } from '../operations.ts';
import {
  apiKeyId,
  batchOf,
  commitment,
  cursor,
  description,
  itemCount,
  recordHeader,
  role,
  rootReference,
  scope,
  serviceId,
  tenantGrant,
  tenantId,
} from './fields.ts';

const noBody = z.null();
const dataKeyHeaders = z.strictObject({ scope, items: batchOf(z.strictObject({ header: recordHeader })) });

/** The request body of each operation; for a frame, its JSON. */
export const requestSchemas: { readonly [Id in OperationId]: z.ZodType<RequestBody<Id>> } = {
  createTenant: z.strictObject({ root: rootReference }),
  getTenant: noBody,
  listTenants: noBody,
  createService: noBody,
  getService: noBody,
  listServices: noBody,
  rotateService: noBody,
  wrapDataKeys: z.strictObject({ scope, items: batchOf(z.strictObject({ commitment })) }),
  unwrapDataKeys: dataKeyHeaders,
  rewrapDataKeys: dataKeyHeaders,
  generateDataKeys: z.strictObject({ scope, count: itemCount }),
  createApiKey: z.strictObject({
    role,
    tenants: tenantGrant,
    description,
  }),
  listApiKeys: noBody,
  revokeApiKey: noBody,
};

const decimalLimit = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/)
  .transform(Number)
  .pipe(z.int().max(limits.pageItems));

/** The query of an operation, by the `query` column of its row; values arrive as text. */
export const querySchemas: Readonly<Record<Operation['query'], z.ZodType<PageQuery>>> = {
  none: z.strictObject({}),
  page: z.strictObject({ limit: z.exactOptional(decimalLimit), cursor: z.exactOptional(cursor) }),
};

/** The path parameters, by name. */
export const parameterSchemas: Readonly<Record<'tenant' | 'service' | 'apiKey', z.ZodType<string>>> = {
  tenant: tenantId,
  service: serviceId,
  apiKey: apiKeyId,
};
