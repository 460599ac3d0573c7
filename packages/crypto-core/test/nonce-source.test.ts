import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { NonceSource } from '../src/node/nonce-source.ts';
import { dataKeyPair, fieldContext, hex } from './fixtures.ts';

const drawer = new URL('./draw-nonces.ts', import.meta.url);

/** What `draw-nonces.ts` sends: the nonces of three fields sealed by its own backend. */
function isHexList(message: unknown): message is readonly string[] {
  return Array.isArray(message) && message.every((part) => typeof part === 'string');
}

async function firstMessage(from: NodeJS.EventEmitter): Promise<readonly string[]> {
  const [message]: unknown[] = await once(from, 'message');
  if (!isHexList(message)) throw new Error('The helper sent something else than nonces.');
  return message;
}

describe('nonces', () => {
  it('are distinct, 2^17 of them, across many refills of the pool', () => {
    const source = new NonceSource();
    const drawn = new Set<string>();
    for (let i = 0; i < 2 ** 17; i++) drawn.add(Buffer.from(source.next()).toString('latin1'));
    expect(drawn.size).toBe(2 ** 17);
  });

  it('of 2^17 sealed fields are distinct', () => {
    const { sealer } = dataKeyPair();
    const context = fieldContext();
    const drawn = new Set<string>();
    for (let i = 0; i < 2 ** 17; i++) {
      drawn.add(Buffer.from(sealer.sealField(true, context, 1).subarray(1, 13)).toString('latin1'));
    }
    expect(drawn.size).toBe(2 ** 17);
  });

  it('share no three bytes in place with their neighbours more often than chance allows', () => {
    // A pool read with a wrong step would repeat words of the nonce before it, though whole nonces stay
    // distinct.
    const source = new NonceSource();
    const words = new Set<number>();
    const draws = 3_000;
    for (let i = 0; i < draws; i++) {
      const nonce = source.next();
      const view = new DataView(nonce.buffer, nonce.byteOffset, 12);
      for (const at of [0, 4, 8]) words.add(view.getUint32(at));
    }
    // Of 9,000 random 32-bit words fewer than ten coincide, except with probability below 10^-20.
    expect(words.size).toBeGreaterThan(draws * 3 - 10);
  });

  it('are distinct between this thread, a worker thread and a forked process', async () => {
    const { sealer } = dataKeyPair();
    const draw = () => hex(sealer.sealField('x', fieldContext(), 1).subarray(1, 13));
    const before = [draw(), draw(), draw()]; // the pool of this thread is filled when the others start
    const worker = new Worker(drawer, { execArgv: [] });
    const child = fork(drawer, { execArgv: [], silent: true });
    const exited = once(child, 'exit'); // from the start: it may be gone before the worker has answered
    const others = await Promise.all([firstMessage(worker), firstMessage(child)]);
    await Promise.all([worker.terminate(), exited]);
    const all = [...before, ...others.flat(), draw(), draw(), draw()];
    expect(all).toHaveLength(12);
    expect(new Set(all).size).toBe(12);
  });

  it('do not go along when the source is cloned structurally', () => {
    const source = new NonceSource();
    source.next();
    expect(structuredClone(source)).toEqual({});
  });
});
