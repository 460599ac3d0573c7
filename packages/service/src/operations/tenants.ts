import { isKeyfoldError } from '@keyfold/crypto-core';
import type { KeyHierarchy, TenantInfo } from '@keyfold/key-hierarchy';
import type { PageBody, TenantBody } from '@keyfold/protocol';
import type { Handlers } from '../handler.ts';
import { type Page, pageOf } from './page.ts';

/** createTenant, getTenant, listTenants. */
export function tenantHandlers(
  hierarchy: KeyHierarchy,
): Handlers<'createTenant' | 'getTenant' | 'listTenants'> {
  return {
    async createTenant({ params, body }) {
      const existed = (await findTenant(hierarchy, params.tenant)) !== undefined;
      const tenant = await hierarchy.createTenant({ id: params.tenant, root: body.root });
      return { status: existed ? 200 : 201, body: tenantBody(tenant) };
    },

    async getTenant({ params }) {
      return { status: 200, body: tenantBody(await hierarchy.getTenant(params.tenant)) };
    },

    async listTenants({ principal, query }) {
      const { tenants } = principal;
      const page = pageOf(query, 'tenant');
      const body =
        tenants === '*' ? await listAll(hierarchy, page) : await listSome(hierarchy, tenants, page);
      return { status: 200, body };
    },
  };
}

async function listAll(hierarchy: KeyHierarchy, page: Page): Promise<PageBody<TenantBody>> {
  const tenants = await hierarchy.listTenants(page);
  return { ...tenants, items: tenants.items.map(tenantBody) };
}

/** Goes through the key's own list: a page of all tenants with some left out would tell by its cursor of the others. */
async function listSome(
  hierarchy: KeyHierarchy,
  ids: readonly string[],
  { limit, cursor = '' }: Page,
): Promise<PageBody<TenantBody>> {
  const items: TenantBody[] = [];
  for (const id of ids.toSorted()) {
    if (id <= cursor) continue;
    const tenant = await findTenant(hierarchy, id);
    if (tenant === undefined) continue;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, next: last.id };
    items.push(tenantBody(tenant));
  }
  return { items };
}

async function findTenant(hierarchy: KeyHierarchy, id: string): Promise<TenantInfo | undefined> {
  try {
    return await hierarchy.getTenant(id);
  } catch (error) {
    if (isKeyfoldError(error) && error.code === 'tenant_not_found') return undefined;
    throw error;
  }
}

function tenantBody({ id, root, createdAt }: TenantInfo): TenantBody {
  return { id, root: { provider: root.provider, keyId: root.keyId }, createdAt };
}
