import { type Awaitable, dataKeyHeader, isKeyfoldError } from '@keyfold/crypto-core';
import { identifierPatterns, limits } from '@keyfold/protocol';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Harness, start } from './harness.ts';

/*
 * The protocol imports nothing, so it states again what the hierarchy enforces. If they parted, the one would refuse with
 * an internal error what the other let pass.
 */

const billing = { kind: 'service', id: 'billing' } as const;

let harness: Harness;
beforeEach(async () => {
  harness = await start();
});

async function codeOf(call: Awaitable<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (isKeyfoldError(error)) return error.code;
    throw error;
  }
}

describe('the protocol and the hierarchy agree on', () => {
  it('the form of the ids of tenants and services', async () => {
    await harness.tenant('acme');
    const { hierarchy } = harness;
    const near = fc.string({
      unit: fc.constantFrom('a', 'z', '0', '9', '_', '-', 'A', '.', ' ', '\n', 'é'),
      maxLength: 8,
    });
    const long = fc.nat({ max: 70 }).map((length) => 'a'.repeat(length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, long, fc.string({ unit: 'binary' })), async (id) => {
        const tenantTaken = (await codeOf(hierarchy.getTenant(id))) !== 'invalid_argument';
        const serviceTaken = (await codeOf(hierarchy.getService('acme', id))) !== 'invalid_argument';
        expect([tenantTaken, serviceTaken]).toEqual([
          identifierPatterns.tenant.test(id),
          identifierPatterns.service.test(id),
        ]);
      }),
      { numRuns: 2_000, examples: [[''], ['a'.repeat(63)], ['a'.repeat(64)], ['a\n'], ['-a'], ['_a']] },
    );
  });

  it('the number of data keys in one batch', async () => {
    const { hierarchy } = harness;
    const wrapping = { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) };
    const header = dataKeyHeader(wrapping, new Uint8Array(32));
    const send = (count: number) => {
      const headers = Array.from({ length: count }, () => header);
      return Promise.all([
        codeOf(hierarchy.unwrapDataKeys('acme', billing, headers)),
        codeOf(hierarchy.rewrapDataKeys('acme', billing, headers)),
        codeOf(hierarchy.generateDataKeys('acme', billing, count)),
      ]);
    };
    expect(limits.frameAttachments).toBe(limits.batchItems);
    // A tenant that does not exist is looked for only after the batch was taken.
    expect(new Set(await send(limits.batchItems))).toEqual(new Set(['tenant_not_found']));
    expect(new Set(await send(limits.batchItems + 1))).toEqual(new Set(['invalid_argument']));
  });

  it('the length of a page, the greatest and the one that nobody asked for', async () => {
    const { hierarchy, root } = harness;
    for (let i = 0; i <= limits.defaultPageItems; i++) {
      await hierarchy.createTenant({ id: `tenant-${i}`, root: root.reference });
    }
    expect((await hierarchy.listTenants()).items).toHaveLength(limits.defaultPageItems);
    expect((await harness.ok('listTenants')).json.items).toHaveLength(limits.defaultPageItems);
    expect(await codeOf(hierarchy.listTenants({ limit: limits.pageItems }))).toBe('none');
    expect(await codeOf(hierarchy.listTenants({ limit: limits.pageItems + 1 }))).toBe('invalid_argument');
  });
});
