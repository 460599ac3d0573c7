import { SecretBytes } from '@keyfold/crypto-core';
import { describe, expect, it } from 'vitest';
import { rootKeyContract, TestRoot } from '../src/testing/index.ts';
import { codeOf } from './fixture.ts';

describe('the test root', () => {
  for (const { name, run } of rootKeyContract) it(name, () => run(async () => new TestRoot()));

  it.each([
    ['denied', 'root_key_denied'],
    ['unavailable', 'root_key_unavailable'],
    ['throttled', 'root_key_throttled'],
    ['invalid', 'root_key_invalid'],
  ] as const)('answers %s as it is told', async (answer, code) => {
    const root = new TestRoot();
    root.answer = answer;
    using key = SecretBytes.random(32);
    expect(await codeOf(root.wrap(key, {}))).toBe(code);
  });

  it('holds calls back until they are released or given up', async () => {
    const root = new TestRoot();
    using key = SecretBytes.random(32);
    root.hold();
    const abort = new AbortController();
    const givenUp = codeOf(root.wrap(key, {}, { signal: abort.signal }));
    const arrived = root.nextCall();
    const released = root.wrap(key, {});
    await arrived;
    abort.abort();
    expect(await givenUp).toBe('root_key_unavailable');
    root.release();
    expect(await released).toHaveLength(32);
  });
});
