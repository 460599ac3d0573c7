import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bytes as bytesColumn, integerId, Keyfold } from '@keyfold/sdk';
import { createReference } from './reference.mjs';
import { plaintexts, sizes } from './sizes.mjs';

const emulator = fork(fileURLToPath(new URL('emulator-process.mjs', import.meta.url)));
emulator.unref();
const [reached] = await once(emulator, 'message');
emulator.channel?.unref();

let requests = 0;
const open = () =>
  new Keyfold({
    apiKey: reached.apiKey,
    baseUrl: reached.baseUrl,
    tls: { ca: reached.ca },
    cache: { maxAgeMs: 86_400_000, maxSealsPerKey: 2 ** 24 },
    use: [
      (request, next) => {
        requests++;
        return next(request);
      },
    ],
  });
const keyfold = open();
const keysOf = (client) => client.tenant('demo').service('app');
const keys = keysOf(keyfold);
const context = { card: '42' };
const prepared = keys.prepareContext(context);
const people = keys.table('people', { id: integerId('id'), fields: { ssn: bytesColumn() } });
/** What a row with ten encrypted columns has. */
const wideColumns = Array.from({ length: 10 }, (_, i) => `column_${i}`);
const wide = keys.table('wide', {
  id: integerId('id'),
  fields: Object.fromEntries(wideColumns.map((name) => [name, bytesColumn()])),
});
const wideRow = (bytes) => ({ id: 7, ...Object.fromEntries(wideColumns.map((name) => [name, bytes])) });
const reference = createReference();
const small = new Map([...sizes].filter(([, byteLength]) => byteLength <= 1024));

export const sdkGroups = [
  {
    title: 'SDK, encrypt, warm (reference: Buffer → Buffer)',
    sizes: small,
    contenders(byteLength) {
      const { bytes, text } = plaintexts(byteLength);
      return [
        { name: 'reference', run: () => reference.seal(bytes) },
        {
          name: '**SDK, `encryptBytes`, context object per call**',
          target: 1.7,
          run: () => keys.encryptBytes(bytes, { context: { card: '42' } }),
        },
        {
          name: '**SDK, `encryptBytes`, prepared context**',
          target: 1.4,
          run: () => keys.encryptBytes(bytes, { context: prepared }),
        },
        {
          name: '**SDK, `encrypt`, string → text**',
          run: () => keys.encrypt(text, { context: { card: '42' } }),
        },
        { name: '**SDK, row of one column**', run: () => people.encrypt({ id: 7, ssn: bytes }) },
      ];
    },
  },
  {
    title: 'SDK, decrypt, warm (reference: Buffer → Buffer)',
    sizes: small,
    async contenders(byteLength) {
      const { bytes, text } = plaintexts(byteLength);
      const plain = reference.seal(bytes);
      const value = await keys.encryptBytes(bytes, { context });
      const token = await keys.encrypt(text, { context });
      const row = await people.encrypt({ id: 7, ssn: bytes });
      return [
        { name: 'reference', run: () => reference.open(plain) },
        {
          name: '**SDK, `decrypt` of bytes, context object per call**',
          target: 1.7,
          run: () => keys.decrypt(value, { context: { card: '42' } }),
        },
        {
          name: '**SDK, `decrypt` of bytes, prepared context**',
          target: 1.4,
          run: () => keys.decrypt(value, { context: prepared }),
        },
        {
          name: '**SDK, `decrypt`, text → string**',
          run: () => keys.decrypt(token, { context: { card: '42' } }),
        },
        { name: '**SDK, row of one column**', run: () => people.decrypt(row) },
      ];
    },
  },
  {
    title: 'SDK, encrypt a row of ten columns (reference: ten times Buffer → Buffer)',
    sizes: small,
    contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const row = wideRow(bytes);
      return [
        { name: 'reference', run: tenTimes(() => reference.seal(bytes)) },
        { name: '**SDK, shared data key**', target: 1.3, run: () => wide.encrypt(row) },
      ];
    },
  },
  {
    title: 'SDK, decrypt a row of ten columns (reference: ten times Buffer → Buffer)',
    sizes: small,
    async contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const plain = reference.seal(bytes);
      const stored = await wide.encrypt(wideRow(bytes));
      return [
        { name: 'reference', run: tenTimes(() => reference.open(plain)) },
        { name: '**SDK, data key at hand**', target: 1.3, run: () => wide.decrypt(stored) },
      ];
    },
  },
];

function tenTimes(run) {
  return () => {
    for (let i = 0; i < 10; i++) run();
  };
}

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
const ascending = (numbers) => numbers.sort((a, b) => a - b);

/** Wall time of each of many calls, in milliseconds. */
async function latencies(calls, call) {
  for (let n = 0; n < calls / 10; n++) await call();
  const times = new Float64Array(calls);
  for (let n = 0; n < calls; n++) {
    const started = performance.now();
    await call();
    times[n] = performance.now() - started;
  }
  return ascending(times);
}

/** The first call of a client that has nothing: no connection, no key. Wall time and requests. */
async function cold(times, call) {
  const took = [];
  let most = 0;
  for (let n = 0; n < times; n++) {
    const client = open();
    requests = 0;
    const started = performance.now();
    await call(keysOf(client));
    took.push(performance.now() - started);
    most = Math.max(most, requests);
    await client.close();
  }
  return { ms: quantile(ascending(took), 0.5), most };
}

const warmTargets = { p50: 0.02, p99: 0.1, 'p99.9': 2 };
const parts = { p50: 0.5, p99: 0.99, 'p99.9': 0.999 };

/** Times at the SDK's boundary: rows of what was measured, its value, unit and target. */
export async function sdkTimes(rounds) {
  const { bytes } = plaintexts(1024);
  const value = await keys.encryptBytes(bytes, { context });
  const calls = {
    'encrypt, 1 KB, warm': () => keys.encryptBytes(bytes, { context: { card: '42' } }),
    'decrypt, 1 KB, warm': () => keys.decrypt(value, { context: { card: '42' } }),
  };
  const rows = [];
  for (const [name, call] of Object.entries(calls)) {
    const times = await latencies(rounds * 500, call);
    for (const [part, target] of Object.entries(warmTargets)) {
      rows.push({ name: `${name}, ${part}`, value: quantile(times, parts[part]), unit: 'ms', target });
    }
  }
  const firsts = {
    'first encrypt of a client': (from) => from.encryptBytes(bytes, { context }),
    'first decrypt of a client': (from) => from.decrypt(value, { context }),
  };
  for (const [name, call] of Object.entries(firsts)) {
    const { ms, most } = await cold(Math.max(10, rounds / 4), call);
    rows.push({ name: `${name}, TLS handshake included`, value: ms, unit: 'ms', target: 20 });
    rows.push({ name: `${name}, requests`, value: most, unit: '', target: 3 });
  }
  return rows;
}

/** Ends connections and the emulator. */
export async function closeSdk() {
  await keyfold.close();
  emulator.kill();
}
