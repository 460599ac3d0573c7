import { gzipSync } from 'node:zlib';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';

const maxWebBytes = 15 * 1024;

describe('what a bundler makes of the package', () => {
  it('is at most 15 KiB, compressed, of what seals, opens and derives by Web Crypto', async () => {
    const code = await bundle(new URL('./bundled/web.ts', import.meta.url), { format: 'es', minify: true });
    const { byteLength } = gzipSync(code, { level: 9 });
    evidence.report(`Web build of seal, open and derive: ${code.length} bytes, ${byteLength} compressed`, 1);
    expect(byteLength).toBeLessThanOrEqual(maxWebBytes);
    expect(code).not.toMatch(/["'`]node:|\bBuffer\.|\bprocess\.|\brequire\(/);
  });

  it('is nothing where nothing is used', async () => {
    const code = await bundle(new URL('./bundled/nothing.ts', import.meta.url), { format: 'es' });
    expect(code.trim()).toBe('');
  });
});
