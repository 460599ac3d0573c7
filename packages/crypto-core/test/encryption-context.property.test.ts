import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CanonicalBytes } from '../src/canonical-bytes.ts';
import { FieldContext, ValueContext } from '../src/encryption-context.ts';
import { prepareFieldContext, prepareValueContext, type Scope } from '../src/index.ts';
import { codeOf as laterCodeOf, newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { codeOf, hex } from './fixtures.ts';
import { parserRuns, slowRuns } from './property-runs.ts';

/** What was seen is kept, so that a nightly-size run is bounded by memory. */
const mapRuns = Math.min(parserRuns, 200_000);

// Names are drawn from few letters, so that parts which could be shifted into each other often meet.
const name = fc.string({ unit: fc.constantFrom('a', 'b', '=', '\0', 'é', '🔑'), minLength: 1, maxLength: 4 });
const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({ kind: fc.constant('tenant' as const) }),
  fc.record({ kind: fc.constantFrom('service' as const, 'user' as const, 'secret' as const), id: name }),
);
const context = fc.dictionary(
  fc.string({ unit: fc.constantFrom('a', 'b', '=', 'é', '🔑'), maxLength: 3 }),
  name,
  {
    maxKeys: 3,
  },
);
const valueOptions = fc.record({ tenant: name, scope, context });
const rowId = fc.oneof(
  fc.record({ idType: fc.constant('integer' as const), rowId: fc.bigInt({ min: -300n, max: 300n }) }),
  fc.record({ idType: fc.constant('text' as const), rowId: name }),
  fc.record({ idType: fc.constant('bytes' as const), rowId: fc.uint8Array({ minLength: 1, maxLength: 3 }) }),
);
const fieldOptions = fc.record({ tenant: name, scope, table: name, field: name, context, id: rowId });

/** What the AAD must tell apart, with the entries in one order. */
function meaning(options: { readonly context: Readonly<Record<string, string>> }): string {
  const entries = Object.entries(options.context).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ ...options, context: entries }, (_, part) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Uint8Array ? hex(part) : part,
  );
}

describe('AAD', () => {
  it('is the same for the same value options, and for no others', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(valueOptions, (options) => {
        const aad = hex(ValueContext.aadOf(prepareValueContext(options)));
        expect(seen.get(aad) ?? meaning(options)).toBe(meaning(options));
        seen.set(aad, meaning(options));
      }),
      { numRuns: mapRuns },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });

  it('is the same for the same field options and row, and for no others', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fieldOptions, ({ id, ...options }) => {
        const prepared = prepareFieldContext({ ...options, idType: id.idType });
        const aad = hex(FieldContext.aadOf(prepared, id.rowId));
        const what = meaning({ ...options, ...id });
        expect(seen.get(aad) ?? what).toBe(what);
        seen.set(aad, what);
      }),
      { numRuns: mapRuns },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });

  it('does not depend on the order in which entries were added', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), name), (entries) => {
        const reversed = Object.fromEntries(Object.entries(entries).reverse());
        const options = { tenant: 'acme', scope: { kind: 'tenant' } } as const;
        expect(hex(ValueContext.aadOf(prepareValueContext({ ...options, context: reversed })))).toBe(
          hex(ValueContext.aadOf(prepareValueContext({ ...options, context: entries }))),
        );
      }),
    );
  });

  it('has the entries in order of the UTF-8 bytes of their keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary', maxLength: 3 }), fc.constant('')), (entries) => {
        const keys = Object.keys(entries).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        const expected = new CanonicalBytes();
        expected.u16(keys.length);
        for (const key of keys) {
          expected.part('key', Buffer.from(key));
          expected.u16(0);
        }
        const aad = hex(
          ValueContext.aadOf(
            prepareValueContext({ tenant: 'a', scope: { kind: 'tenant' }, context: entries }),
          ),
        );
        expect(aad.endsWith(hex(expected.finish()))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('writes text as the runtime writes UTF-8, and refuses what has no UTF-8 form', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units);
        const out = new CanonicalBytes();
        if (!text.isWellFormed()) {
          expect(codeOf(() => out.text('t', text))).toBe('invalid_encryption_context');
          return;
        }
        out.text('t', text);
        expect(hex(out.finish().subarray(2))).toBe(hex(new TextEncoder().encode(text)));
      }),
      { numRuns: parserRuns },
    );
  });
});

/** Two options of which every other one is a change of the first, so that equal and nearly equal ones meet. */
function nearly<T extends object>(options: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T]> {
  return fc.tuple(options, options, fc.nat()).map(([one, other, part]) => {
    const keys = Object.keys(one) as (keyof T)[];
    const key = keys[part % (keys.length + 1)]; // undefined: the same once more
    return [one, key === undefined ? { ...one } : { ...one, [key]: other[key] }] as const;
  });
}

describe.each(backends)('what is sealed on %s', (_, backend) => {
  it('opens under the same value options, and under no others', async () => {
    const { sealer, opener } = await newDataKey(backend);
    await fc.assert(
      fc.asyncProperty(nearly(valueOptions), async ([one, other]) => {
        const sealed = await sealer.sealValue('x', prepareValueContext(one));
        const code = await laterCodeOf(() => opener.openValue(sealed, prepareValueContext(other)));
        expect(code).toBe(meaning(one) === meaning(other) ? 'did not throw' : 'integrity_check_failed');
      }),
      { numRuns: slowRuns(4) },
    );
  });

  it('opens in the same field and row, and in no other', async () => {
    const { sealer, opener } = await newDataKey(backend);
    await fc.assert(
      fc.asyncProperty(nearly(fieldOptions), async ([one, other]) => {
        const prepare = ({ id, ...options }: typeof one) =>
          prepareFieldContext({ ...options, idType: id.idType });
        const sealed = await sealer.sealField('x', prepare(one), one.id.rowId);
        const code = await laterCodeOf(() => opener.openField(sealed, prepare(other), other.id.rowId));
        expect(code).toBe(meaning(one) === meaning(other) ? 'did not throw' : 'integrity_check_failed');
      }),
      { numRuns: slowRuns(4) },
    );
  });
});
