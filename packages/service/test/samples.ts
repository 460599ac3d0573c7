import { nodeBackend } from '@keyfold/crypto-core/node';
import type { RootReference } from '@keyfold/key-hierarchy';
import type { OperationId } from '@keyfold/protocol';
import type { Sent } from './harness.ts';

const scope = { kind: 'service', id: 'billing' };

/** For each operation a request that succeeds for an administrator of `acme`, given what exists there. */
export function sampleRequests(state: {
  readonly root: RootReference;
  /** A record header that opens, in base64url. */
  readonly header: string;
  /** The id of an API key that may be revoked. */
  readonly apiKeyId: string;
}): Readonly<Record<OperationId, Sent>> {
  const dataKey = nodeBackend.createDataKey();
  const tenant = { params: { tenant: 'acme' } };
  const service = { params: { tenant: 'acme', service: 'billing' } };
  const headers = { ...tenant, json: { scope, items: [{ header: state.header }] } };
  const commitment = Buffer.from(dataKey.commitment).toString('base64url');
  return {
    createTenant: { ...tenant, json: { root: state.root } },
    getTenant: tenant,
    listTenants: {},
    createService: service,
    getService: service,
    listServices: tenant,
    rotateService: service,
    wrapDataKeys: {
      ...tenant,
      json: { scope, items: [{ commitment }] },
      attachments: [dataKey.secret.reveal()],
    },
    unwrapDataKeys: headers,
    rewrapDataKeys: headers,
    generateDataKeys: { ...tenant, json: { scope, count: 1 } },
    createApiKey: { json: { role: 'application', tenants: ['acme'], description: 'sample' } },
    listApiKeys: {},
    revokeApiKey: { params: { apiKey: state.apiKeyId } },
  };
}
