import { describe, expect, it } from 'vitest';
import { RequestIds } from '../src/request-ids.ts';

describe('ids of requests', () => {
  const ids = new RequestIds();
  // More than are made at a time.
  const made = Array.from({ length: 1000 }, () => ids.next());

  it('are UUIDs of version 4 in lower case', () => {
    for (const id of made)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('never come twice, from one source or two', () => {
    const others = new RequestIds();
    const all = [...made, ...Array.from({ length: 1000 }, () => others.next())];
    expect(new Set(all).size).toBe(2000);
  });

  it('use every digit at every random place', () => {
    for (const place of [0, 9, 15, 20, 35])
      expect(new Set(made.map((id) => id[place])).size, `place ${place}`).toBe(16);
  });
});
