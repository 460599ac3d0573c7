import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { backends } from './backends.ts';

const run = promisify(execFile);
const child = fileURLToPath(new URL('stream-memory-child.ts', import.meta.url));
const mebibyte = 1024 * 1024;

describe.each(backends)('memory by the backend %s', (name) => {
  it('does not grow while 256 MiB are sealed and opened', { timeout: 120_000 }, async () => {
    const { stdout } = await run(process.execPath, [
      '--expose-gc',
      '--conditions=@keyfold/source',
      child,
      name,
    ]);
    const { read, rssGrowth, heapGrowth }: Record<'read' | 'rssGrowth' | 'heapGrowth', number> =
      JSON.parse(stdout);
    process.stdout.write(`memory (${name}): rss +${rssGrowth} bytes, heap +${heapGrowth} bytes\n`);
    expect(read).toBe(256 * mebibyte);
    // Whoever held on to what went through would have 128 MiB of it between the halves, and 224 MiB in all. Below that, how
    // soon freed buffers are given back is up to the collector, the allocator and the kernel.
    expect(heapGrowth).toBeLessThan(32 * mebibyte);
    expect(rssGrowth).toBeLessThan(128 * mebibyte);
  });
});
