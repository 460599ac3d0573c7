import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { isKeyfoldError, Keyfold } from '@keyfold/sdk';

// Run as a process of its own with --expose-gc: many calls of every outcome, and then what has stayed of them, as JSON.
// With KEEP=yes it keeps one object of each call itself, to show that this would be seen.

const total = Number(process.env['CALLS']);
const rounds = 10;
const inFlight = 8;

const keyfold = new Keyfold({
  insecureLoopback: true,
  maxAttempts: 1,
  circuit: { failures: 10_000 },
  use: [(request, next) => next(request)],
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  logLevel: 'debug',
});
const shared = new AbortController(); // a signal that outlives all calls, as that of a server's shutdown does
const sealed = Buffer.from(process.env['SEALED'] ?? '', 'base64');
const keys = keyfold.tenant('found').service('billing');

/** What a call may come to. Each hands out the objects that must not outlive it. */
const outcomes: readonly ((watch: <T extends WeakKey>(object: T) => T) => Promise<unknown>)[] = [
  (watch) => watch(keyfold.tenants.get('found')),
  (watch) => watch(keyfold.tenants.get('missing', { signal: shared.signal })),
  (watch) => watch(keyfold.tenants.get('reset', { signal: shared.signal })),
  (watch) => watch(keyfold.tenants.get('cut')),
  async (watch) =>
    watch((await keyfold.tenants.get('found', { signal: shared.signal }).withResponse()).response),
  async (watch) => {
    for await (const tenant of keyfold.tenants.list({}, { signal: shared.signal })) watch(tenant);
  },
  (watch) => {
    const ending = watch(new AbortController());
    const call = watch(keyfold.tenants.get('silent', { signal: ending.signal }));
    setImmediate(() => ending.abort());
    return call;
  },
  (watch) => watch(keyfold.tenants.get('silent', { timeoutMs: 1 })),
  (watch) => watch(keyfold.tenant('found').services.rotate('billing')),
  (watch) => watch(keys.rewrap(sealed)),
];

const codes = new Map<string, number>();
let watched = 0;
let collected = 0;
const registry = new FinalizationRegistry<undefined>(() => {
  collected++;
});
const kept: unknown[] = [];
const watch = <T extends WeakKey>(object: T): T => {
  watched++;
  registry.register(object, undefined);
  if (process.env['KEEP'] === 'yes') kept.push(object);
  return object;
};

async function run(calls: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < calls) {
      const outcome = outcomes[next++ % outcomes.length];
      const code = await outcome?.(watch).then(
        () => 'ok',
        (error) => (isKeyfoldError(error) ? error.code : String(error)),
      );
      codes.set(String(code), (codes.get(String(code)) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** Collects until nothing more goes: finalisers and closing sockets need turns of their own. */
async function settleAndCollect(): Promise<void> {
  for (let before = -1; before !== collected; ) {
    before = collected;
    for (let n = 0; n < 30; n++) await turn();
    globalThis.gc?.();
    for (let n = 0; n < 30; n++) await turn();
  }
}

/** Bytes a call: the middle one of the slopes between any two samples, so that no single sample decides. */
function slope(samples: readonly number[]): number {
  const slopes = samples.flatMap((later, i) =>
    samples.slice(0, i).map((earlier, j) => (later - earlier) / (i - j) / (total / rounds)),
  );
  return slopes.toSorted((a, b) => a - b)[slopes.length >> 1] ?? Number.NaN;
}

const heap: number[] = [];
const buffers: number[] = [];
await run(total); // what is compiled and cached once, in many small steps
for (let round = 0; round <= rounds; round++) {
  if (round > 0) await run(total / rounds);
  await settleAndCollect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  heap.push(heapUsed);
  buffers.push(arrayBuffers);
}
const resources = process.getActiveResourcesInfo();
const listeners = getEventListeners(shared.signal, 'abort').length;
await keyfold.close();
await settleAndCollect();
const afterClose = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq/.test(name));
console.log(
  JSON.stringify({
    codes: Object.fromEntries(codes),
    watched,
    alive: watched - collected,
    heapBytesPerCall: slope(heap),
    bufferBytesPerCall: slope(buffers),
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    timers: resources.filter((name) => name === 'Timeout').length,
    listeners,
    afterClose,
  }),
);
