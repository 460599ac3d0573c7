import { dataKeyHeader, isKeyfoldError, SecretBytes } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { describe, expect, it } from 'vitest';
import {
  billing,
  codeOf,
  HeldStore,
  leaseMs,
  only,
  RecordingRoot,
  recordingBackend,
  settled,
  start,
  startWithTenant,
} from './fixture.ts';

describe('every key that passes through is zeroised', () => {
  it('when a tenant is made, also when its root fails', async () => {
    const root = new RecordingRoot();
    const { hierarchy } = await start({ roots: () => root });
    await hierarchy.createTenant({ id: 'acme', root: root.reference });
    root.answer = 'unavailable';
    await codeOf(hierarchy.createTenant({ id: 'other', root: root.reference }));
    expect(root.received.map((key) => key.disposed)).toEqual([true, true]);
  });

  it('when a service is made or rotated, and when its tenant is opened', async () => {
    const root = new RecordingRoot();
    const { backend, secrets } = recordingBackend();
    const { hierarchy } = await start({ roots: () => root, backend });
    await hierarchy.createTenant({ id: 'acme', root: root.reference });
    await hierarchy.createService('acme', 'billing');
    await hierarchy.rotateServiceKey('acme', 'billing');
    expect(secrets).toHaveLength(2);
    expect([...secrets, ...root.given].every((key) => key.disposed)).toBe(true);
  });

  it('when data keys are generated or rewrapped, but for those that the caller gets', async () => {
    const { backend, secrets } = recordingBackend();
    const { hierarchy } = await startWithTenant({ backend });
    secrets.length = 0;
    const { items } = await hierarchy.generateDataKeys('acme', billing, 2);
    const headers = items.map((item) => item.header);
    expect((await hierarchy.rewrapDataKeys('acme', billing, headers)).items.some(isKeyfoldError)).toBe(false);
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    const given = items.map((item) => item.dataKey);
    expect(secrets.filter((key) => !given.includes(key)).every((key) => key.disposed)).toBe(true);
    expect(given.map((key) => key.disposed)).toEqual([false, false]);
  });

  it('when a rewrapping is refused', async () => {
    const { backend, secrets } = recordingBackend();
    const { hierarchy } = await startWithTenant({ backend });
    using dataKey = SecretBytes.random(32);
    const commitment = new Uint8Array(32);
    const wrapping = only((await hierarchy.wrapDataKeys('acme', billing, [{ dataKey, commitment }])).items);
    secrets.length = 0;
    await hierarchy.rewrapDataKeys('acme', billing, [dataKeyHeader(wrapping, commitment)]);
    expect(secrets.map((key) => key.disposed)).toEqual([true]);
  });

  it('when an unwrapping fails halfway: nothing of it stays', async () => {
    const store = new HeldStore();
    const { backend, secrets } = recordingBackend();
    const { hierarchy, clock } = await startWithTenant({ store, backend });
    const first = only((await hierarchy.generateDataKeys('acme', billing, 1)).items).header;
    await hierarchy.rotateServiceKey('acme', 'billing');
    const second = only((await hierarchy.generateDataKeys('acme', billing, 1)).items).header;
    await hierarchy.unwrapDataKeys('acme', billing, [first]);
    secrets.length = 0;
    store.hold('key_reference');
    const underWay = codeOf(hierarchy.unwrapDataKeys('acme', billing, [first, second]));
    await settled();
    expect(secrets.map((key) => key.disposed)).toEqual([false]);
    clock.advance(leaseMs);
    store.release();
    expect(await underWay).toBe('root_key_unavailable');
    expect(secrets.map((key) => key.disposed)).toEqual([true, true]);
  });

  it('when a generation fails halfway: nothing of it stays', async () => {
    const made: SecretBytes[] = [];
    const { hierarchy } = await startWithTenant({
      backend: {
        ...nodeBackend,
        commitmentOf: (dataKey) => {
          made.push(dataKey);
          if (made.length === 3) throw new Error('The derivation failed.');
          return nodeBackend.commitmentOf(dataKey);
        },
      },
    });
    await expect(hierarchy.generateDataKeys('acme', billing, 3)).rejects.toThrow('The derivation failed.');
    expect(made.map((key) => key.disposed)).toEqual([true, true, true]);
  });
});
