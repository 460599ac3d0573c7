import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const child = fileURLToPath(new URL('growth-child.ts', import.meta.url));

/** 100,000, or what `KEYFOLD_MEMORY_OPERATIONS` says (1000000 in a nightly-size run, a few minutes of work). */
const operations = Number(process.env['KEYFOLD_MEMORY_OPERATIONS'] || 100_000);

/** Growth that is none: caches of the engine. From the first half to the second, so that 6 bytes an operation are more. */
const tolerance = 256 * 1024;
/** What Node's own JavaScript around Web Crypto takes until it is compiled, more on Node 22 than later; less with more operations. */
const webTolerance = 512 * 1024;
/** For streams, whose buffers are given back late: 1 to 2 KiB a stream, less than one that is kept would take. */
const streamTolerance = 1024 * 1024;

/** How many of the operations each use gets: slower ones fewer. */
const uses: readonly (readonly [backend: string, use: string, share: number, toleranceBytes: number])[] = [
  ['node', 'seal and open', 1, tolerance],
  ['node', 'wrap and unwrap', 1 / 2, tolerance],
  ['node', 'data keys', 1 / 5, tolerance],
  ['node', 'streams', 1 / 50, streamTolerance],
  ['web', 'seal and open', 1 / 10, webTolerance],
  ['web', 'wrap and unwrap', 1 / 10, webTolerance],
  ['web', 'data keys', 1 / 20, webTolerance],
  ['web', 'streams', 1 / 100, streamTolerance],
];

async function growthOf(...options: readonly (string | number)[]): Promise<number> {
  const flags = ['--expose-gc', '--conditions=@keyfold/source'];
  const { stdout } = await run(process.execPath, [...flags, child, ...options.map(String)]);
  const { growth, used }: { readonly growth: number; readonly used: number } = JSON.parse(stdout);
  process.stdout.write(`memory (${options.join(', ')}): ${used} bytes used, ${growth} more than before\n`);
  return growth;
}

describe('memory does not grow', () => {
  it.each(uses)(
    'by the backend %s: %s',
    { timeout: 300_000 },
    async (backend, use, share, toleranceBytes) => {
      expect(await growthOf(backend, use, Math.ceil(operations * share))).toBeLessThan(toleranceBytes);
    },
  );

  it('would be seen to grow', { timeout: 60_000 }, async () => {
    expect(await growthOf('node', 'seal and open', 100_000, 'leaking')).toBeGreaterThan(tolerance);
  });
});
