import { isKeyfoldError, KeyfoldError } from '@keyfold/crypto-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as api from '../src/index.ts';

const tables = { ...api.hierarchyErrors, ...api.rootKeyErrors, ...api.storeErrors };

type Thrown = new (message: string, options?: ErrorOptions) => KeyfoldError;

const isErrorClass = (value: unknown): value is Thrown =>
  typeof value === 'function' && value.prototype instanceof KeyfoldError;

const exported: readonly unknown[] = Object.values(api);
const classes = exported.filter(isErrorClass);

describe('the errors', () => {
  it('have one class for each code of the tables, and no two the same', () => {
    const codes = classes.map((Class) => new Class('message').code);
    expect([...codes].sort()).toEqual(Object.keys(tables).sort());
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each(classes.map((Class) => ({ name: Class.name, Class })))(
    '$name says where, why and what to do',
    ({ Class }) => {
      const cause = new Error('why');
      const error = new Class('message', { cause });
      expect(isKeyfoldError(error)).toBe(true);
      expect(error.cause).toBe(cause);
      expect(error.hint.length).toBeGreaterThan(20);
      expect(error).toMatchObject(tables[error.code as keyof typeof tables]);
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ code: error.code, message: 'message' });
    },
  );

  it('have literal codes, so that a switch over them can be exhaustive', () => {
    expectTypeOf<api.RootKeyDeniedError['code']>().toEqualTypeOf<'root_key_denied'>();
    expectTypeOf<api.TenantNotFoundError['code']>().toEqualTypeOf<'tenant_not_found'>();
  });

  it('of a root key follow from its outcome', () => {
    for (const [outcome, Class] of Object.entries(api.rootKeyOutcomes)) {
      expect(new Class('').code).toBe(`root_key_${outcome}`);
    }
    expect(api.rootKeyErrors.root_key_unavailable.retryable).toBe(true);
    expect(api.rootKeyErrors.root_key_throttled.retryable).toBe(true);
    expect(api.rootKeyErrors.root_key_denied.retryable).toBe(false);
  });
});
