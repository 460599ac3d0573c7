import { isKeyfoldError } from '@keyfold/crypto-core';
import type { KeyHierarchy, ServiceInfo } from '@keyfold/key-hierarchy';
import type { ServiceBody } from '@keyfold/protocol';
import type { Handlers } from '../handler.ts';
import type { Rotations } from '../rotations.ts';
import { pageOf } from './page.ts';

/** createService, getService, listServices, rotateService. */
export function serviceHandlers(
  hierarchy: KeyHierarchy,
  rotations: Rotations,
): Handlers<'createService' | 'getService' | 'listServices' | 'rotateService'> {
  return {
    async createService({ params }) {
      const existed = await serviceExists(hierarchy, params.tenant, params.service);
      const service = await hierarchy.createService(params.tenant, params.service);
      return { status: existed ? 200 : 201, body: serviceBody(service) };
    },

    async getService({ params }) {
      return { status: 200, body: serviceBody(await hierarchy.getService(params.tenant, params.service)) };
    },

    async listServices({ params, query }) {
      const services = await hierarchy.listServices(params.tenant, pageOf(query, 'service'));
      return { status: 200, body: { ...services, items: services.items.map(serviceBody) } };
    },

    async rotateService({ principal, params: { tenant, service: id }, idempotencyKey }) {
      const service =
        idempotencyKey === undefined
          ? await hierarchy.rotateServiceKey(tenant, id)
          : await rotations.rotateOnce(tenant, id, { principalId: principal.id, idempotencyKey });
      return { status: 200, body: serviceBody(service) };
    },
  };
}

async function serviceExists(hierarchy: KeyHierarchy, tenant: string, id: string): Promise<boolean> {
  try {
    await hierarchy.getService(tenant, id);
    return true;
  } catch (error) {
    if (isKeyfoldError(error) && error.code === 'service_not_found') return false;
    throw error;
  }
}

function serviceBody({ id, tenant, activeVersion, createdAt }: ServiceInfo): ServiceBody {
  return { id, tenant, activeVersion, createdAt };
}
