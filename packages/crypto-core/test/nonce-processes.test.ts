import { type ChildProcess, fork, spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { nodeBackend } from '../src/node/index.ts';
import { webBackend } from '../src/web/index.ts';
import { bundle } from './bundle.ts';
import { drawNonces } from './drawn-nonces.ts';

const drawer = new URL('./draw-nonces-elsewhere.ts', import.meta.url);

async function firstMessage(from: NodeJS.EventEmitter): Promise<readonly string[]> {
  const ended = once(from, 'exit').then(() => {
    throw new Error('The helper ended without sending anything.');
  });
  const [message]: unknown[] = await Promise.race([once(from, 'message'), ended]);
  if (!Array.isArray(message)) throw new Error('The helper sent something else than nonces.');
  return message.map(String);
}

/** Twenty nonces of each backend, drawn in this thread. */
async function drawHere(): Promise<readonly string[]> {
  return [...(await drawNonces(nodeBackend, 20)), ...(await drawNonces(webBackend, 20))];
}

/** What a process wrote to its standard output; fails with its standard error unless it exits with 0. */
async function outputOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error('The process has no output.');
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (code !== 0) throw new Error(`The process ended with ${code}: ${errors}`);
  return output;
}

interface SnapshotRun {
  readonly carried: string;
  readonly node: readonly string[];
  readonly web: readonly string[];
}

describe('nonces of both backends', () => {
  it('are distinct between worker threads, forked processes, a cluster and this thread', async () => {
    const before = await drawHere(); // the pools of this thread are filled when the others start
    const workers = [new Worker(drawer, { execArgv: [] }), new Worker(drawer, { execArgv: [] })];
    const children = [0, 1].map(() => fork(drawer, { execArgv: [], silent: true }));
    cluster.setupPrimary({ exec: fileURLToPath(drawer), execArgv: [], silent: true });
    const members = [cluster.fork(), cluster.fork()];
    const exits = [...children, ...members].map((child) => once(child, 'exit'));
    const drawn = await Promise.all([...workers, ...children, ...members].map(firstMessage));
    await Promise.all([...workers.map((worker) => worker.terminate()), ...exits]);
    const all = [before, ...drawn, await drawHere()];
    expect(all.map((nonces) => nonces.length)).toEqual([40, 40, 40, 40, 40, 40, 40, 40]);
    expect(new Set(all.flat()).size).toBe(320);
  });

  it('are distinct between processes that start from one snapshot, which was built after sealing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyfold-snapshot-'));
    try {
      const main = join(folder, 'main.cjs');
      const blob = join(folder, 'main.blob');
      await writeFile(main, await bundle(new URL('./snapshot-main.ts', import.meta.url), { format: 'cjs' }));
      const runNode = async (...options: string[]): Promise<SnapshotRun> =>
        JSON.parse(await outputOf(spawn(process.execPath, ['--snapshot-blob', blob, ...options])));
      const built = await runNode('--build-snapshot', main);
      const runs = [built, await runNode(), await runNode()];
      // The control: a module's own random bytes did go along.
      expect(new Set(runs.map(({ carried }) => carried)).size).toBe(1);
      expect(new Set(runs.flatMap(({ node }) => node)).size).toBe(60);
      expect(new Set(runs.flatMap(({ web }) => web)).size).toBe(60);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
