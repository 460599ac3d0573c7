import * as crypto from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { backends } from './backends.ts';

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) };
});

describe('a comparison in constant time', () => {
  it.each(backends)('finds every single difference, and no other, %s', (_name, backend) => {
    const a = Uint8Array.from({ length: 32 }, (_, i) => i * 9);
    expect(backend.constantTimeEqual(a, Buffer.from(a))).toBe(true);
    expect(backend.constantTimeEqual(new Uint8Array(), new Uint8Array())).toBe(true);
    expect(backend.constantTimeEqual(a, a.subarray(1))).toBe(false);
    for (let bit = 0; bit < 256; bit++) {
      const b = a.with(bit >> 3, (a[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      expect(backend.constantTimeEqual(a, b)).toBe(false);
    }
  });

  it("is node:crypto's own on Node, whose answer it gives", () => {
    const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(1, 2)];
    const own = vi.mocked(crypto.timingSafeEqual);
    own.mockClear();
    expect(nodeBackend.constantTimeEqual(a, b)).toBe(true);
    expect(own.mock.calls).toEqual([[a, b]]);
    expect(own.mock.calls[0]?.[0]).toBe(a);
    own.mockReturnValueOnce(false);
    expect(nodeBackend.constantTimeEqual(a, b)).toBe(false);
  });

  it('is one loop over all bytes elsewhere, that nothing leaves early and no byte decides', () => {
    const [before, loop, ...more] = String(webBackend.constantTimeEqual).split(/\bfor \(/);
    expect(more).toEqual([]);
    expect(before).not.toMatch(/while|every|some|\bb?\[/);
    const [body, after] = loop?.split(/\breturn\b/) ?? [];
    expect(body).toMatch(
      /^let i = 0; i < a\.byteLength; i\+\+\)\s*\{?\s*difference \|= .*a\[i\].*\^.*b\[i\][^;]*;\s*\}?\s*$/,
    );
    expect(body).not.toMatch(/\b(?:break|continue|if)\b|===|!==|&&|\?[^?]*:/);
    expect(after).toMatch(/^ difference === 0;\s*\}\s*$/);
  });
});
