// What importing an entry point does besides: nothing. Prints how long it took, in milliseconds.
//   node import-effects.mjs @keyfold/sdk
import assert from 'node:assert/strict';

const [, , entry] = process.argv;
const state = () => ({
  resources: process.getActiveResourcesInfo(),
  globals: Object.getOwnPropertyNames(globalThis).sort(),
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  prototypes: [Object, Array, Uint8Array, Promise, Error].map(
    ({ prototype }) => Reflect.ownKeys(prototype).length,
  ),
});

const read = [];
const environment = process.env;
process.env = new Proxy(environment, {
  get: (target, name) => {
    read.push(String(name));
    return Reflect.get(target, name);
  },
  has: (target, name) => {
    read.push(String(name));
    return Reflect.has(target, name);
  },
  ownKeys: (target) => {
    read.push('all of them');
    return Reflect.ownKeys(target);
  },
});
const before = state();
const started = performance.now();
await import(entry);
const took = performance.now() - started;
assert.deepEqual(state(), before, 'nothing is left behind');
const nodesOwn = 'WATCH_REPORT_DEPENDENCIES'; // its loader asks for each module
assert.deepEqual(
  read.filter((name) => name !== nodesOwn),
  [],
  'no environment variable is read',
);
process.stdout.write(took.toFixed(1));
