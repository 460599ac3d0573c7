import { describe, expect, it } from 'vitest';
import { whenDone } from '../src/when-done.ts';

describe('going on when a value is there', () => {
  it('happens at once where it is', () => {
    expect(whenDone(1, (value) => value + 1)).toBe(2);
  });

  it('happens when it comes where it is promised', async () => {
    const result = whenDone(Promise.resolve(1), (value) => value + 1);
    expect(result).toBeInstanceOf(Promise);
    await expect(result).resolves.toBe(2);
  });

  it('fails as the value does, or what goes on', async () => {
    const fails = (): never => {
      throw new Error('what goes on');
    };
    expect(() => whenDone(1, fails)).toThrow('what goes on');
    await expect(whenDone(Promise.resolve(1), fails)).rejects.toThrow('what goes on');
    await expect(whenDone(Promise.reject(new Error('the value')), fails)).rejects.toThrow('the value');
  });
});
