/*
 * Run by stream-memory.test.ts in a process of its own: streams 256 MiB through sealing and opening, and prints by how
 * much memory grew: RSS at most, since the first 32 MiB; the heap with its array buffers from the least of the first half
 * to the least of the second, since buffers that nobody holds are given back late, and at no fixed time.
 */
import { openStream, sealStream } from '../src/index.ts';
import { backends } from './backends.ts';
import { streamContext, streamKeys } from './stream-fixtures.ts';

const mebibyte = 1024 * 1024;
const totalBytes = 256 * mebibyte;
const warmUpBytes = 32 * mebibyte;

const backend = backends.find(([name]) => name === process.argv[2])?.[1];
if (backend === undefined) throw new Error('The first argument names a backend.');
const { sealer, opener } = await streamKeys(backend);
const context = streamContext();

const block = new Uint8Array(mebibyte).fill(0x5a);
let written = 0;
const source = new ReadableStream<Uint8Array>(
  {
    pull(controller) {
      if (written === totalBytes) return controller.close();
      written += block.byteLength;
      controller.enqueue(block);
    },
  },
  { highWaterMark: 0 },
);

const collect = globalThis.gc;
if (collect === undefined) throw new Error('Run with --expose-gc.');
const usage = () => {
  collect();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, heap: heapUsed + arrayBuffers };
};

let read = 0;
let measured = 0;
let base: ReturnType<typeof usage> | undefined;
let rssGrowth = 0;
const leastHeap: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
const content = source
  .pipeThrough(sealStream({ backend, sealer, context }))
  .pipeThrough(openStream({ backend, opener, context }));
for await (const piece of content) {
  read += piece.byteLength;
  if (read < warmUpBytes || read - measured < 8 * mebibyte) continue;
  measured = read;
  const now = usage();
  base ??= now;
  rssGrowth = Math.max(rssGrowth, now.rss - base.rss);
  const half = read <= totalBytes / 2 ? 0 : 1;
  leastHeap[half] = Math.min(leastHeap[half], now.heap);
}
process.stdout.write(JSON.stringify({ read, rssGrowth, heapGrowth: leastHeap[1] - leastHeap[0] }));
