import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { limits, operationIds, operationOf } from '../src/index.ts';
import {
  errorSchema,
  parameterSchemas,
  querySchemas,
  requestSchemas,
  responseSchemas,
} from '../src/schemas/index.ts';

const scope = { kind: 'service', id: 'billing' };
const bytes = (byteLength: number, fill = 0): string => Buffer.alloc(byteLength, fill).toString('base64url');
const header = bytes(limits.recordHeaderBytes, 0xf6);

const good = {
  createTenant: [{ root: { provider: 'aws-kms', keyId: 'arn:aws:kms:eu-west-1:111122223333:key/1' } }],
  wrapDataKeys: [{ scope, items: [{ commitment: bytes(32, 0xff) }] }],
  unwrapDataKeys: [
    { scope, items: [{ header }] },
    { scope: { kind: 'tenant' }, items: [{ header }] },
    {
      scope: { kind: 'user', id: 'ada@example.org' },
      items: Array.from({ length: 500 }, () => ({ header })),
    },
  ],
  generateDataKeys: [
    { scope, count: 1 },
    { scope, count: 500 },
  ],
  createApiKey: [
    { role: 'application', tenants: '*', description: 'Ключ für 東京 🙂' },
    { role: 'admin', tenants: ['acme'], description: 'x' },
    { role: 'admin', tenants: '*', description: '' },
  ],
} as const;

const bad = {
  createTenant: [
    null,
    {},
    [],
    { root: { provider: 'aws-kms' } },
    { root: { provider: 'aws-kms', keyId: 'x', extra: 1 } },
    { root: { provider: 'aws-kms', keyId: 'x' }, extra: 1 },
    { root: { provider: '', keyId: 'x' } },
    { root: { provider: 'aws-kms', keyId: 'x'.repeat(2049) } },
    { root: { provider: 'aws-kms', keyId: 'a\r\nb' } },
    { root: { provider: 'aws-kms', keyId: 'a\u0000b' } },
    { root: { provider: 'aws-kms', keyId: '\ud800' } },
    { root: { provider: 'aws-kms', keyId: 7 } },
  ],
  wrapDataKeys: [
    { scope, items: [] },
    { scope, items: Array.from({ length: 501 }, () => ({ commitment: bytes(32) })) },
    { scope, items: [{ commitment: bytes(31) }] },
    { scope, items: [{ commitment: bytes(33) }] },
    { scope, items: [{ commitment: `${bytes(32)}=` }] },
    { scope, items: [{ commitment: ` ${bytes(32)}` }] },
    { scope, items: [{ commitment: `${bytes(32).slice(0, -1)}B` }] },
    { scope, items: [{ commitment: `${bytes(32).slice(0, -1)}+` }] },
    { scope, items: [{ commitment: `${bytes(32)}\n` }] },
    { scope: { kind: 'service' }, items: [{ commitment: bytes(32) }] },
    { scope: { kind: 'tenant', id: 'x' }, items: [{ commitment: bytes(32) }] },
    { scope: { kind: 'toString', id: 'x' }, items: [{ commitment: bytes(32) }] },
    { scope: { kind: 'service', id: '../x' }, items: [{ commitment: bytes(32) }] },
  ],
  generateDataKeys: [0, -1, 1.5, 501, Number.POSITIVE_INFINITY, Number.NaN, '3', 2 ** 53 + 1].map(
    (count) => ({
      scope,
      count,
    }),
  ),
  createApiKey: [
    { role: 'root', tenants: '*', description: 'x' },
    { role: 'admin', tenants: '**', description: 'x' },
    { role: 'admin', tenants: [], description: 'x' },
    { role: 'admin', tenants: ['*'], description: 'x' },
    { role: 'admin', tenants: Array.from({ length: 101 }, () => 'acme'), description: 'x' },
    { role: 'admin', tenants: '*', description: 'x'.repeat(257) },
    { role: 'admin', tenants: '*', description: 'a\nb' },
    { role: '__proto__', tenants: '*', description: 'x' },
  ],
} as const;

describe('request schemas', () => {
  it('take what the contract describes, unchanged', () => {
    for (const id of operationIds) {
      const bodies: readonly unknown[] = id in good ? good[id as keyof typeof good] : [];
      for (const body of bodies) expect(requestSchemas[id].parse(body)).toEqual(body);
    }
  });

  it('refuse members, lengths, counts and forms beyond the contract', () => {
    for (const id of operationIds) {
      const bodies: readonly unknown[] = id in bad ? bad[id as keyof typeof bad] : [];
      for (const body of bodies) {
        expect(requestSchemas[id].safeParse(body).success, `${id} ${JSON.stringify(body)}`).toBe(false);
      }
    }
  });

  it('take no body where the table says none', () => {
    for (const id of operationIds) {
      const takesNone = requestSchemas[id].safeParse(null).success;
      expect(takesNone).toBe(operationOf(id).request === 'none');
    }
  });

  it('keep a refused value out of what they report', () => {
    const result = requestSchemas.createTenant.safeParse({ root: { provider: 'canary\n', keyId: 77_001 } });
    expect(JSON.stringify(result.error?.issues)).not.toMatch(/canary|77001/);
  });
});

describe('query and path schemas', () => {
  it('cover every parameter of every path', () => {
    const names = operationIds.flatMap((id) => [...operationOf(id).path.matchAll(/\{(\w+)\}/g)]);
    expect(new Set(names.map(([, name]) => name))).toEqual(new Set(Object.keys(parameterSchemas)));
  });

  it('turn a decimal limit into a number and refuse every other spelling', () => {
    expect(querySchemas.page.parse({ limit: '100', cursor: 'acme' })).toEqual({ limit: 100, cursor: 'acme' });
    expect(querySchemas.page.parse({})).toEqual({});
    for (const limit of ['0', '101', '007', '1e1', '-1', ' 1', '', '0x10', '١']) {
      expect(querySchemas.page.safeParse({ limit }).success, limit).toBe(false);
    }
    expect(querySchemas.page.safeParse({ offset: '1' }).success).toBe(false);
    expect(querySchemas.none.safeParse({ limit: '1' }).success).toBe(false);
  });

  it('refuse ids that could mean something to a file system, a URL or a header', () => {
    const hostile = [
      '',
      '.',
      '..',
      '../x',
      '%2e%2e',
      'A',
      'a b',
      'a\r\nb',
      'a\u0000',
      '-a',
      '_a',
      'é',
      'a'.repeat(64),
    ];
    for (const id of hostile) {
      expect(parameterSchemas.tenant.safeParse(id).success, id).toBe(false);
      expect(parameterSchemas.service.safeParse(id).success, id).toBe(false);
      expect(parameterSchemas.apiKey.safeParse(id).success, id).toBe(false);
    }
    expect(parameterSchemas.tenant.safeParse('a'.repeat(63)).success).toBe(true);
    expect(parameterSchemas.apiKey.safeParse('kf_application_AbCd_-19').success).toBe(true);
    expect(parameterSchemas.apiKey.safeParse('kf_root_AbCd_-19').success).toBe(false);
  });

  it('answer a text of 50 KB at once', () => {
    const long = 'a'.repeat(50_000);
    for (const schema of Object.values(parameterSchemas))
      expect(schema.safeParse(`${long}!`).success).toBe(false);
    expect(requestSchemas.unwrapDataKeys.safeParse({ scope, items: [{ header: long }] }).success).toBe(false);
  });
});

describe('response schemas', () => {
  it('cover every operation, and the error body', () => {
    expect(Object.keys(responseSchemas)).toEqual([...operationIds]);
    const error = {
      code: 'tenant_not_found',
      message: 'x',
      hint: 'x',
      layer: 'key',
      requestId: 'r-1',
      retryable: false,
    };
    expect(errorSchema.safeParse({ error }).success).toBe(true);
    expect(errorSchema.safeParse({ error: { ...error, code: 'toString' } }).success).toBe(false);
    expectTypeOf<keyof typeof responseSchemas>().toEqualTypeOf<keyof typeof requestSchemas>();
  });
});

describe('the package', () => {
  it('loads zod only under its schemas entry', () => {
    const folder = new URL('../src/', import.meta.url);
    const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    expect(sources).toContain('index.ts');
    for (const name of sources) {
      expect(readFileSync(new URL(name, folder), 'utf8'), name).not.toMatch(/from '(?:zod|\.\/schemas)/);
    }
  });
});
