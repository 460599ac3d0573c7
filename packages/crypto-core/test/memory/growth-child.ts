/*
 * Run by growth.test.ts in a process of its own: repeats one use of a backend and prints by how much memory grew, in bytes:
 * heap, what it keeps outside of it, and array buffers, after garbage collection, from the least of the first half to the
 * least of the second, since what nobody holds is given back late, and at no fixed time.
 *
 *   node --expose-gc --conditions=@keyfold/source growth-child.ts <backend> <use> <operations> [leaking]
 */
import { setImmediate } from 'node:timers/promises';
import { type CryptoBackend, openStream, SecretBytes, sealStream } from '../../src/index.ts';
import { newDataKey } from '../backend-fixtures.ts';
import { backends } from '../backends.ts';
import { billing, fieldContext, valueContext } from '../fixtures.ts';
import { content, streamContext, through } from '../stream-fixtures.ts';

const [backendName, useName, operations, leaking] = process.argv.slice(2);
const backend = backends.find(([name]) => name === backendName)?.[1];
const collect = globalThis.gc;
if (backend === undefined || collect === undefined) throw new Error('Run as growth.test.ts does.');

/** One operation, again and again; what it returns is thrown away. */
type Repeat = (backend: CryptoBackend) => Promise<(i: number) => unknown>;

const place = {
  purpose: 'service-key',
  tenant: 'acme',
  scope: billing,
  version: 1,
  parentVersion: 1,
} as const;

const uses: Readonly<Record<string, Repeat>> = {
  async 'seal and open'(backend) {
    const { sealer, opener } = await newDataKey(backend);
    const field = fieldContext();
    return async (i) => {
      if (i % 2 === 0)
        return opener.openValue(await sealer.sealValue(`card ${i}`, valueContext), valueContext);
      return opener.openField(await sealer.sealField({ i }, field, i), field, i);
    };
  },

  async 'wrap and unwrap'(backend) {
    const key = await backend.wrappingKey(SecretBytes.random(32));
    const child = SecretBytes.random(32);
    return async () => (await key.unwrap(await key.wrap(child, place), place)).dispose();
  },

  async 'data keys'(backend) {
    const wrapping = { keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) };
    return async () => {
      const fresh = await backend.createDataKey();
      const unwrapped = fresh.secret.clone();
      const sealer = await fresh.wrappedAs(wrapping);
      const opener = await backend.openDataKey(sealer.header, unwrapped);
      for (const each of [fresh, sealer, opener]) each[Symbol.dispose]();
    };
  },

  async streams(backend) {
    const { sealer, opener } = await newDataKey(backend);
    const context = streamContext();
    const plaintext = content(20_000);
    return async () => {
      const { bytes } = await through(sealStream({ backend, sealer, context }), [plaintext]);
      await through(openStream({ backend, opener, context }), [bytes]);
    };
  },
};

const operation = await uses[useName ?? '']?.(backend);
if (operation === undefined) throw new Error(`The uses are ${Object.keys(uses).join(', ')}.`);

async function usedBytes(): Promise<number> {
  // More than once: array buffers are given back by another thread, and what a promise held only after it.
  for (let round = 0; round < 3; round++) {
    await setImmediate();
    collect?.();
  }
  const { heapUsed, external } = process.memoryUsage(); // external includes array buffers
  return heapUsed + external;
}

const total = Number(operations);
const leaked: unknown[] = [];
const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
const samples = 20;
const warmUp = Math.ceil(total / 4); // the engine's compiled code comes to rest
for (let i = -warmUp; i < total; i++) {
  const result = await operation(i);
  if (leaking !== undefined) leaked.push([result]);
  if (i < 0 || (i + 1) % Math.ceil(total / samples) !== 0) continue;
  const half = i < total / 2 ? 0 : 1;
  least[half] = Math.min(least[half], await usedBytes());
}
process.stdout.write(JSON.stringify({ growth: least[1] - least[0], used: least[1] }));
