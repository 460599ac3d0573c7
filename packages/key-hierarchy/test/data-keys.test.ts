import { type DataKeyHeader, dataKeyHeader, isKeyfoldError, SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { describe, expect, it } from 'vitest';
import {
  billing,
  codeOf,
  type Fixture,
  HeldStore,
  itemOf,
  only,
  settled,
  shipping,
  startWithTenant,
} from './fixture.ts';

/** A data key that the application makes, and its header once the service has wrapped it. */
async function wrapOne(
  { hierarchy }: Fixture,
  scope = billing,
): Promise<{ bytes: number[]; header: DataKeyHeader }> {
  using fresh = nodeBackend.createDataKey();
  const { secret: dataKey, commitment } = fresh;
  const { items } = await hierarchy.wrapDataKeys('acme', scope, [{ dataKey, commitment }]);
  return { bytes: [...dataKey.reveal()], header: dataKeyHeader(only(items), commitment) };
}

async function unwrapOne(
  { hierarchy }: Fixture,
  header: DataKeyHeader,
  scope = billing,
): Promise<number[] | string> {
  return itemOf(only((await hierarchy.unwrapDataKeys('acme', scope, [header])).items));
}

/** The header with one of its 101 bytes changed, put together again where that is possible at all. */
function changedAt(header: DataKeyHeader, at: number): DataKeyHeader {
  const bytes = header.bytes.slice();
  bytes[at] = (bytes[at] ?? 0) ^ 0x80;
  const keyReference = bytes.subarray(1, 9);
  return dataKeyHeader({ keyReference, wrapped: bytes.subarray(9, 69) }, bytes.subarray(69));
}

describe('a data key', () => {
  it('that was wrapped comes back when it is unwrapped', async () => {
    const fixture = await startWithTenant();
    const { bytes, header } = await wrapOne(fixture);
    expect(await unwrapOne(fixture, header)).toEqual(bytes);
  });

  it('is answered for at once where its tenant is in memory, and refused by a rejection in any case', async () => {
    const { hierarchy } = await startWithTenant();
    const cold = hierarchy.generateDataKeys('acme', billing, 1);
    expect(cold).toBeInstanceOf(Promise);
    await cold;
    const warm = hierarchy.generateDataKeys('acme', billing, 1);
    expect(warm).not.toBeInstanceOf(Promise);
    const headers = (await warm).items.map(({ header }) => header);
    // What their key's reference means is read once.
    await hierarchy.unwrapDataKeys('acme', billing, headers);
    for (const answer of [
      hierarchy.unwrapDataKeys('acme', billing, headers),
      hierarchy.rewrapDataKeys('acme', billing, headers),
      hierarchy.wrapDataKeys('acme', billing, []),
    ])
      expect(answer).not.toBeInstanceOf(Promise);
    for (const refused of [
      hierarchy.generateDataKeys('acme', billing, 0),
      hierarchy.generateDataKeys('-', billing, 1),
      hierarchy.unwrapDataKeys('acme', { kind: 'tenant' }, headers),
    ])
      await expect(refused).rejects.toThrow();
    hierarchy.close();
    expect(await codeOf(hierarchy.rewrapDataKeys('acme', billing, headers))).toBe('hierarchy_closed');
  });

  it('stays with its owner when it is wrapped', async () => {
    const { hierarchy } = await startWithTenant();
    using dataKey = SecretBytes.random(32);
    const commitment = nodeBackend.commitmentOf(dataKey);
    await hierarchy.wrapDataKeys('acme', billing, [{ dataKey, commitment }]);
    expect(dataKey.disposed).toBe(false);
  });

  it('that was generated is the one that its header opens to and commits to', async () => {
    const fixture = await startWithTenant();
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 5);
    expect(items).toHaveLength(5);
    for (const { header, dataKey } of items) {
      expect(await unwrapOne(fixture, header)).toEqual([...dataKey.reveal()]);
      expect([...nodeBackend.commitmentOf(dataKey)]).toEqual([...header.commitment]);
    }
    expect(new Set(items.map((item) => item.dataKey.reveal().join())).size).toBe(5);
  });

  it('opens after a restart', async () => {
    const fixture = await startWithTenant();
    const { bytes, header } = await wrapOne(fixture);
    expect(await unwrapOne({ ...fixture, hierarchy: fixture.restarted() }, header)).toEqual(bytes);
  });

  it('opens in no other service, with the same answer as for an unknown reference', async () => {
    const fixture = await startWithTenant();
    const { header } = await wrapOne(fixture);
    expect(await unwrapOne(fixture, header, shipping)).toBe('key_reference_not_found');
    const unknown = dataKeyHeader({ ...header, keyReference: new Uint8Array(8) }, header.commitment);
    expect(await unwrapOne(fixture, unknown)).toBe('key_reference_not_found');
    const messages = [];
    for (const [scope, tried] of [
      [shipping, header],
      [billing, unknown],
    ] as const) {
      const item = only((await fixture.hierarchy.unwrapDataKeys('acme', scope, [tried])).items);
      messages.push(isKeyfoldError(item) ? item.message : '');
    }
    expect(new Set(messages).size).toBe(1);
  });

  it('opens in no other tenant', async () => {
    const fixture = await startWithTenant();
    const { header } = await wrapOne(fixture);
    await fixture.hierarchy.createTenant({ id: 'other', root: fixture.root.reference });
    await fixture.hierarchy.createService('other', 'billing');
    const { items } = await fixture.hierarchy.unwrapDataKeys('other', billing, [header]);
    expect(itemOf(only(items))).toBe('key_reference_not_found');
  });

  it('does not open after any change of reference, wrapping or commitment', async () => {
    const fixture = await startWithTenant();
    const { header } = await wrapOne(fixture);
    for (let at = 1; at < 101; at++) {
      const expected = at < 9 ? 'key_reference_not_found' : 'key_unwrap_failed';
      expect(await unwrapOne(fixture, changedAt(header, at)), `byte ${at}`).toBe(expected);
    }
  });

  it("does not open with another data key's wrapping under the same service key", async () => {
    const fixture = await startWithTenant();
    const first = await wrapOne(fixture);
    const second = await wrapOne(fixture);
    const mixed = dataKeyHeader(second.header, first.header.commitment);
    expect(await unwrapOne(fixture, mixed)).toBe('key_unwrap_failed');
  });

  it('must have 32 bytes, and so must its commitment', async () => {
    const { hierarchy } = await startWithTenant();
    for (const [key, commitment] of [
      [31, 32],
      [33, 32],
      [0, 32],
      [32, 31],
      [32, 0],
    ] as const) {
      using dataKey = SecretBytes.random(key);
      const item = { dataKey, commitment: new Uint8Array(commitment) };
      expect(await codeOf(hierarchy.wrapDataKeys('acme', billing, [item]))).toBe('invalid_argument');
    }
  });
});

describe('a batch of data keys', () => {
  it('is answered in order, with an error only where an item has one', async () => {
    const fixture = await startWithTenant();
    const { items } = await fixture.hierarchy.generateDataKeys('acme', billing, 3);
    const [a, b, c] = items.map((item) => item.header);
    if (!a || !b || !c) throw new Error('Three were asked for.');
    const headers = [a, changedAt(b, 3), c, changedAt(b, 20), b];
    const answer = await fixture.hierarchy.unwrapDataKeys('acme', billing, headers);
    const keys = items.map((item) => [...item.dataKey.reveal()]);
    expect(answer.items.map(itemOf)).toEqual([
      keys[0],
      'key_reference_not_found',
      keys[2],
      'key_unwrap_failed',
      keys[1],
    ]);
  });

  it('may be empty, or have up to 500 items', async () => {
    const { hierarchy } = await startWithTenant();
    expect((await hierarchy.wrapDataKeys('acme', billing, [])).items).toEqual([]);
    expect((await hierarchy.unwrapDataKeys('acme', billing, [])).items).toEqual([]);
    const { items } = await hierarchy.generateDataKeys('acme', billing, 500);
    const headers = items.map((item) => item.header);
    expect((await hierarchy.rewrapDataKeys('acme', billing, headers)).items).toHaveLength(500);
    const tooMany = [...headers, ...headers.slice(0, 1)];
    expect(await codeOf(hierarchy.unwrapDataKeys('acme', billing, tooMany))).toBe('invalid_argument');
    expect(await codeOf(hierarchy.rewrapDataKeys('acme', billing, tooMany))).toBe('invalid_argument');
    for (const count of [0, 501, 1.5, Number.NaN]) {
      expect(await codeOf(hierarchy.generateDataKeys('acme', billing, count))).toBe('invalid_argument');
    }
  });
});

describe('rotation', () => {
  it('wraps under the new version and still opens what older ones wrapped', async () => {
    const fixture = await startWithTenant();
    const made = [await wrapOne(fixture)];
    for (let i = 0; i < 3; i++) {
      await fixture.hierarchy.rotateServiceKey('acme', 'billing');
      made.push(await wrapOne(fixture));
    }
    expect(new Set(made.map(({ header }) => header.keyReference.join())).size).toBe(4);
    for (const hierarchy of [fixture.hierarchy, fixture.restarted()]) {
      for (const { bytes, header } of made) {
        expect(await unwrapOne({ ...fixture, hierarchy }, header)).toEqual(bytes);
      }
    }
  });

  it('that comes between the reads of a wrapping makes it use the new version', async () => {
    const store = new HeldStore();
    const fixture = await startWithTenant({ store });
    store.hold('service');
    const underWay = wrapOne(fixture);
    await settled();
    await fixture.restarted().rotateServiceKey('acme', 'billing');
    store.release();
    const { bytes, header } = await underWay;
    expect(await unwrapOne(fixture, header)).toEqual(bytes);
    const row = await fixture.rows.get<{ keyReference: string }>('service_key', [
      'acme',
      'billing',
      '0000000002',
    ]);
    expect(Buffer.from(header.keyReference).toString('base64url')).toBe(row?.value.keyReference);
  });

  it('disturbs no wrapping that is under way', async () => {
    const fixture = await startWithTenant();
    const wraps = Array.from({ length: 20 }, () => wrapOne(fixture));
    const rotations = [1, 2].map(() => fixture.hierarchy.rotateServiceKey('acme', 'billing'));
    await Promise.all(rotations);
    for (const { bytes, header } of await Promise.all(wraps)) {
      expect(await unwrapOne(fixture, header)).toEqual(bytes);
    }
  });
});

describe('rewrapping', () => {
  it('moves a data key under the active version and leaves key and commitment as they are', async () => {
    const fixture = await startWithTenant();
    const { bytes, header } = await wrapOne(fixture);
    await fixture.hierarchy.rotateServiceKey('acme', 'billing');
    const newest = await wrapOne(fixture);
    const item = only((await fixture.hierarchy.rewrapDataKeys('acme', billing, [header])).items);
    if (isKeyfoldError(item)) throw item;
    expect([...item.commitment]).toEqual([...header.commitment]);
    expect([...item.keyReference]).toEqual([...newest.header.keyReference]);
    expect([...item.keyReference]).not.toEqual([...header.keyReference]);
    expect(await unwrapOne(fixture, item)).toEqual(bytes);
    expect(await unwrapOne(fixture, header)).toEqual(bytes);
  });

  it('never moves a data key into another service', async () => {
    const fixture = await startWithTenant();
    const { header } = await wrapOne(fixture);
    const { items } = await fixture.hierarchy.rewrapDataKeys('acme', shipping, [header]);
    expect(itemOf(only(items))).toBe('key_reference_not_found');
  });

  it('refuses a data key that is not the one its header commits to', async () => {
    const fixture = await startWithTenant();
    using dataKey = SecretBytes.random(32);
    const commitment = new Uint8Array(32).fill(7);
    const wrapping = only(
      (await fixture.hierarchy.wrapDataKeys('acme', billing, [{ dataKey, commitment }])).items,
    );
    const header = dataKeyHeader(wrapping, commitment);
    const { items } = await fixture.hierarchy.rewrapDataKeys('acme', billing, [header]);
    expect(itemOf(only(items))).toBe('commitment_mismatch');
  });

  it('answers in order, with an error only where an item has one', async () => {
    const fixture = await startWithTenant();
    const { header } = await wrapOne(fixture);
    const { items } = await fixture.hierarchy.rewrapDataKeys('acme', billing, [
      changedAt(header, 30),
      header,
      changedAt(header, 5),
    ]);
    expect(items.map((item) => (isKeyfoldError(item) ? item.code : 'header'))).toEqual([
      'key_unwrap_failed',
      'header',
      'key_reference_not_found',
    ]);
  });
});
