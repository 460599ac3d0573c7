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
    expect(heapGrowth).toBeLessThan(4 * mebibyte);
    // RSS counts also what was freed and not given back, which is up to the allocator and the kernel. Whoever held on to what went
    // through would have 224 MiB of it.
    expect(rssGrowth).toBeLessThan(128 * mebibyte);
  });
});
