import { describe, expect, it } from 'vitest';
import { once } from '../src/once.ts';

describe('what is made when it is first asked for', () => {
  it('is made once, however many ask', async () => {
    let made = 0;
    const ask = once(async () => {
      made += 1;
      return made;
    });
    expect(made).toBe(0);
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
    expect(await ask()).toBe(1);
  });

  it('fails for all who wait where it fails, and is tried again for who asks then', async () => {
    let attempts = 0;
    const ask = once(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('not now');
      return attempts;
    });
    const both = await Promise.allSettled([ask(), ask()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask()).toBe(2);
    expect(await ask()).toBe(2);
  });
});
