import { z } from 'zod';
import type { ApiErrorBody } from '../api-errors.ts';
import { identifierPatterns } from '../identifiers.ts';
import { limits } from '../limits.ts';
import type { PageBody, ResponseBody } from '../messages.ts';
import type { OperationId } from '../operations.ts';
import {
  apiKeyId,
  batchOf,
  cursor,
  description,
  errorCode,
  instant,
  keyReference,
  leaseRemainingMs,
  recordHeader,
  role,
  rootReference,
  serviceId,
  tenantGrant,
  tenantId,
  version,
  wrappedDataKey,
} from './fields.ts';

const tenant = z.strictObject({ id: tenantId, root: rootReference, createdAt: instant });
const service = z.strictObject({
  id: serviceId,
  tenant: tenantId,
  activeVersion: version,
  createdAt: instant,
});
const apiKey = z.strictObject({
  id: apiKeyId,
  role,
  tenants: tenantGrant,
  description,
  createdAt: instant,
  revokedAt: instant.nullable(),
});
const failedItem = z.strictObject({
  status: z.literal('error'),
  error: z.strictObject({ code: errorCode, message: z.string() }),
});

function pageOf<Item>(item: z.ZodType<Item>): z.ZodType<PageBody<Item>> {
  return z.strictObject({ items: z.array(item).max(limits.pageItems), next: z.exactOptional(cursor) });
}

/** The response body of each operation when it succeeds; for a frame, its JSON. */
export const responseSchemas: { readonly [Id in OperationId]: z.ZodType<ResponseBody<Id>> } = {
  createTenant: tenant,
  getTenant: tenant,
  listTenants: pageOf(tenant),
  createService: service,
  getService: service,
  listServices: pageOf(service),
  rotateService: service,
  wrapDataKeys: z.strictObject({
    leaseRemainingMs,
    items: batchOf(z.strictObject({ keyReference, wrapped: wrappedDataKey })),
  }),
  unwrapDataKeys: z.strictObject({
    leaseRemainingMs,
    items: batchOf(z.discriminatedUnion('status', [z.strictObject({ status: z.literal('ok') }), failedItem])),
  }),
  rewrapDataKeys: z.strictObject({
    leaseRemainingMs,
    items: batchOf(
      z.discriminatedUnion('status', [
        z.strictObject({ status: z.literal('ok'), header: recordHeader }),
        failedItem,
      ]),
    ),
  }),
  generateDataKeys: z.strictObject({
    leaseRemainingMs,
    items: batchOf(z.strictObject({ header: recordHeader })),
  }),
  createApiKey: apiKey.extend({ apiKey: z.string().max(limits.apiKeyCharacters).nullable() }),
  listApiKeys: pageOf(apiKey),
  revokeApiKey: z.null(),
};

/** The body of every answer that is not a success. */
export const errorSchema: z.ZodType<ApiErrorBody> = z.strictObject({
  error: z.strictObject({
    code: errorCode,
    message: z.string(),
    hint: z.string(),
    layer: z.enum(['auth', 'api', 'key', 'format', 'integrity', 'store']),
    requestId: z.string().regex(identifierPatterns.requestId),
    retryable: z.boolean(),
  }),
});
