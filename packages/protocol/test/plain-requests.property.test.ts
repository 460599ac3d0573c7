import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits, type OperationId, operationIds } from '../src/index.ts';
import { isPlainRequest, requestSchemas } from '../src/schemas/index.ts';

const hot: readonly OperationId[] = ['wrapDataKeys', 'unwrapDataKeys', 'rewrapDataKeys', 'generateDataKeys'];
const scope = { kind: 'service', id: 'billing' };
const bytes = (byteLength: number): string => Buffer.alloc(byteLength, 0xf6).toString('base64url');

/** Members and values of good bodies, and what stands beside them: too long, too short, of another alphabet or type. */
const names = ['scope', 'items', 'count', 'kind', 'id', 'commitment', 'header', 'x'] as const;
const texts = fc.oneof(
  fc.constantFrom(
    'service',
    'tenant',
    'user',
    'billing',
    'Billing',
    '-x',
    'a'.repeat(63),
    'a'.repeat(64),
    '',
    'billing\n',
    bytes(limits.commitmentBytes),
    bytes(limits.recordHeaderBytes),
    `${bytes(limits.recordHeaderBytes)}\n`,
    `${'A'.repeat(42)}B`,
    `${'A'.repeat(135)}=`,
    'A'.repeat(137),
  ),
  fc.string({ maxLength: 4 }),
);
const leaf = fc.oneof(texts, fc.constantFrom(0, 1, 2, 500, 501, -1, 1.5, null, true), fc.double());
const bodies = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('object'), tie('array')),
  object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3 }),
  array: fc.array(tie('value'), { maxLength: 2 }),
})).object;

const scopes = fc.oneof(
  { weight: 4, arbitrary: fc.constant(scope) },
  { weight: 1, arbitrary: fc.record({ kind: texts, id: texts }) },
  { weight: 1, arbitrary: bodies },
);
const items = fc.oneof(
  { weight: 2, arbitrary: fc.array(fc.constant({ commitment: bytes(32) }), { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.array(fc.constant({ header: bytes(102) }), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.record({ header: texts }), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.array(fc.record({ commitment: texts }), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.constant(new Array(501).fill({ header: bytes(102) })) },
  { weight: 1, arbitrary: leaf },
);
const nearlyGood = fc.oneof(
  fc.record({ scope: scopes, items }),
  fc.record({ scope: scopes, count: fc.oneof(fc.integer({ min: -1, max: 502 }), leaf) }),
  fc.record({ scope: scopes, items, count: leaf }),
  bodies,
  leaf,
);

describe('a body that is taken for plain', () => {
  it('is taken by the schema, which makes the same of it', () => {
    let plain = 0;
    fc.assert(
      fc.property(nearlyGood, fc.constantFrom(...operationIds), (body, id) => {
        const json: unknown = JSON.parse(JSON.stringify(body));
        if (!isPlainRequest(id, json)) return;
        plain += 1;
        expect(requestSchemas[id].safeParse(json)).toEqual({ success: true, data: json });
      }),
      { numRuns: 20_000 },
    );
    // Otherwise it would have been about nothing.
    expect(plain).toBeGreaterThan(100);
  });

  it.each([
    ['wrapDataKeys', { scope, items: [{ commitment: bytes(32) }] }],
    ['unwrapDataKeys', { scope, items: [{ header: bytes(102) }, { header: bytes(102) }] }],
    ['rewrapDataKeys', { items: new Array(500).fill({ header: bytes(102) }), scope }],
    ['generateDataKeys', { scope, count: 500 }],
  ] as const)('is one about data keys of a service: %s', (id, body) => {
    expect(isPlainRequest(id, body)).toBe(true);
    expect(requestSchemas[id].safeParse(body).success).toBe(true);
  });

  it('is nothing else: not what inherits its members, not what is no object', () => {
    const inherited = Object.create({ scope, count: 1 });
    for (const body of [inherited, Object.assign(inherited, { count: 1 }), new Map(), [], null, undefined, 1])
      for (const id of hot) expect(isPlainRequest(id, body)).toBe(false);
  });
});
