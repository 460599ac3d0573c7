import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedList } from '../src/control/shared-list.ts';

type Value = string | number | boolean;

function listOf(empty: SharedList<Value>, values: readonly Value[]): SharedList<Value> {
  return values.reduce((list: SharedList<Value>, value) => list.with(value), empty);
}

const value = fc.oneof(
  fc.constantFrom('', 'a', 'b', '1', 'true'),
  fc.integer({ min: 0, max: 2 }),
  fc.boolean(),
);

describe('lists that share what they have in common', () => {
  it('have the values that they were made with, in order, whatever was made beside them', () => {
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 5 }), { maxLength: 30 }), (wanted) => {
        const empty = SharedList.empty<Value>();
        const lists = wanted.map((values) => listOf(empty, values));
        expect(lists.map((list) => list.values)).toEqual(wanted);
        expect(empty.values).toEqual([]);
      }),
    );
  });

  it('are one where they have the same values', () => {
    const empty = SharedList.empty<Value>();
    const list = listOf(empty, ['a', 1, 'b']);
    listOf(empty, ['a', '1', 'b']);
    expect(listOf(empty, ['a', 1, 'b'])).toBe(list);
  });

  it('say which values they have', () => {
    const list = listOf(SharedList.empty(), ['a', 1]);
    expect([list.has('a'), list.has(1), list.has('1'), list.has('')]).toEqual([true, true, false, false]);
  });

  it('stay as they are when so many were made that sharing begins anew', () => {
    const empty = SharedList.empty<Value>();
    const early = listOf(empty, ['early', 1]);
    for (let index = 0; index < 10_000; index++) listOf(empty, [`list ${index}`]);
    expect(early.values).toEqual(['early', 1]);
    expect(early.with('later').values).toEqual(['early', 1, 'later']);
    expect(listOf(empty, ['early', 1]).values).toEqual(['early', 1]);
  });
});
