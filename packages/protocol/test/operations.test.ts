import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type CreateTenantBody,
  matchOperation,
  type OperationId,
  type OperationMessages,
  type OperationParameters,
  operationIds,
  operationOf,
  operationPath,
  type operations,
  type PathParameters,
  type RequestBody,
  type ResponseBody,
  roleAllows,
} from '../src/index.ts';

describe('the table of operations', () => {
  it('has one operation for each method and path', () => {
    const lines = operationIds.map((id) => `${operationOf(id).method} ${operationOf(id).path}`);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('sends bodies only with methods that carry one', () => {
    for (const id of operationIds) {
      const { method, request, response } = operationOf(id);
      if (method === 'GET' || method === 'DELETE') expect(request).toBe('none');
      if (response === 'none') expect(method).toBe('DELETE');
    }
  });

  it('records every operation that is not a GET, and offers no retry where the effect would double', () => {
    for (const id of operationIds) {
      const { method, effect, idempotent, idempotencyKey } = operationOf(id);
      expect(effect === 'read').toBe(method === 'GET');
      expect([id, idempotencyKey]).toEqual([id, !idempotent]); // so that every operation can be repeated
    }
  });

  it('gives what handles keys to applications and everything else to administrators only', () => {
    for (const id of operationIds) {
      const { role, effect } = operationOf(id);
      expect(role).toBe(effect === 'key-use' ? 'application' : 'admin');
    }
    expect(roleAllows('application', 'admin')).toBe(false);
    expect(roleAllows('admin', 'application')).toBe(true);
    expect(roleAllows('application', 'application')).toBe(true);
  });
});

describe('paths', () => {
  it('that are built lead back to their operation and parameters', () => {
    for (const id of operationIds) {
      const params = { tenant: 'acme', service: 'a b/c%2f', apiKey: 'ü?#' };
      const used = Object.entries(params).filter(([name]) => operationOf(id).path.includes(`{${name}}`));
      expect(matchOperation(operationOf(id).method, operationPath(id, params))).toEqual({
        operationId: id,
        params: Object.fromEntries(used),
      });
    }
  });

  it('of nothing are told apart from methods that are not taken', () => {
    expect(matchOperation('PATCH', '/v1/tenants/acme')).toEqual({
      code: 'method_not_allowed',
      allow: ['PUT', 'GET'],
    });
    expect(matchOperation('get', '/v1/tenants')).toEqual({ code: 'method_not_allowed', allow: ['GET'] });
  });

  it.each([
    '',
    '/',
    '/v1',
    '/v2/tenants',
    '/v1/tenants/',
    '/v1/tenants//services',
    '/v1/tenants/acme/',
    '//v1/tenants',
    '/v2/%',
    '/v1/tenants/acme/services/billing/rotate/now',
    '/V1/tenants',
    'v1/tenants',
  ])('that are not in the table lead nowhere: %j', (path) => {
    expect(matchOperation('GET', path)).toEqual({ code: 'route_not_found' });
  });

  it.each(['/v1/tenants/%', '/v1/tenants/%e0%a4', '/v1/tenants/acme/services/%zz'])(
    'with a malformed parameter are invalid, whatever the method: %j',
    (path) => {
      for (const method of ['GET', 'PATCH'])
        expect(matchOperation(method, path)).toEqual({ code: 'invalid_request' });
    },
  );

  it('are decoded once', () => {
    expect(matchOperation('GET', '/v1/tenants/%252e%252e')).toEqual({
      operationId: 'getTenant',
      params: { tenant: '%2e%2e' },
    });
  });

  it('refuse a parameter that no URL can carry', () => {
    expect(() => operationPath('getTenant', { tenant: '\ud800' })).toThrow(URIError);
  });
});

describe('types', () => {
  it('of parameters follow the path template', () => {
    expectTypeOf<PathParameters<'/v1/a/{x}/b/{y}'>>().toEqualTypeOf<Readonly<Record<'x' | 'y', string>>>();
    expectTypeOf<OperationParameters<'getService'>>().toEqualTypeOf<
      Readonly<Record<'tenant' | 'service', string>>
    >();
    expectTypeOf<OperationParameters<'createApiKey'>>().toEqualTypeOf<Readonly<Record<never, string>>>();
    // @ts-expect-error a parameter is missing
    operationPath('getService', { tenant: 'acme' });
  });

  it('of bodies cover every operation and follow its columns', () => {
    expectTypeOf<keyof OperationMessages>().toEqualTypeOf<OperationId>();
    expectTypeOf<RequestBody<'createTenant'>>().toEqualTypeOf<CreateTenantBody>();
    type WithoutRequest = {
      [Id in OperationId]: (typeof operations)[Id]['request'] extends 'none' ? Id : never;
    }[OperationId];
    expectTypeOf<RequestBody<WithoutRequest>>().toEqualTypeOf<null>();
    type WithoutResponse = {
      [Id in OperationId]: (typeof operations)[Id]['response'] extends 'none' ? Id : never;
    }[OperationId];
    expectTypeOf<ResponseBody<WithoutResponse>>().toEqualTypeOf<null>();
    expectTypeOf<WithoutResponse>().toEqualTypeOf<'revokeApiKey'>();
  });
});
