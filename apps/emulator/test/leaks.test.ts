import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmulator } from '../src/index.ts';
import { callAws, createKey } from './aws-call.ts';

/** A long run asks for more, such as 10,000. */
const resets = Number(process.env['KEYFOLD_RESETS'] ?? 2_000);

/** Bytes that are in use once everything that can go is gone. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let at = 0; at < 3; at++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('an emulator', () => {
  it(`holds no more after ${resets} resets, with keys made in between, than after a few hundred`, async () => {
    await using emulator = await createEmulator({ journalCapacity: 100 });
    const round = async (at: number): Promise<void> => {
      if (at % 20 === 0) await createKey(emulator);
      emulator.faults.add({ operation: 'ListAliases', effect: 'throttling' });
      emulator.clock.advance(1_000);
      await emulator.reset();
    };
    for (let at = 0; at < 400; at++) await round(at);
    const before = await usedBytes();
    for (let at = 0; at < resets; at++) await round(at);
    // A world is some hundred kilobytes: a handful that stayed would show.
    expect((await usedBytes()) - before).toBeLessThan(4_000_000);
  });

  it('leaves nothing open when it is closed: no server, connection, timer, file or temporary folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-leaks-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const temporary = (): readonly string[] =>
      readdirSync(tmpdir()).filter((name) => /^keyfold-[A-Za-z0-9]{6}$/.test(name));
    const resources = (): readonly string[] =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /TCP|TLS|Timeout|FSReq|FileHandle/.test(name))
        .toSorted();
    const openFiles = (): readonly string[] =>
      readdirSync(folder).filter((name) => /-wal$|-shm$|-journal$/.test(name));
    // What a first one loads for good is none of the others'.
    await (await createEmulator({ stateFolder: join(folder, 'state') })).close();
    const before = resources();
    for (const options of [{}, { stateFolder: join(folder, 'state') }]) {
      const emulator = await createEmulator(options);
      const caFolder = emulator.caFile.split('/').at(-2) ?? '';
      emulator.faults.add({ operation: 'ListAliases', effect: { kind: 'latency', ms: 600_000 } });
      const held = callAws(emulator, 'ListAliases').catch(() => 'cut off');
      const idle = connect(Number(new URL(emulator.url).port), '127.0.0.1');
      idle.on('error', () => undefined);
      await once(idle, 'connect');
      while (emulator.faults.list()[0]?.hits !== 1) await fetch(`${emulator.url}/_emulator/health`);
      await emulator.close();
      await held;
      if (!idle.closed) await once(idle, 'close');
      expect(openFiles()).toEqual([]);
      expect(temporary()).not.toContain(caFolder);
    }
    // Sockets of this side's client take a turn to go.
    for (let turn = 0; turn < 1_000 && resources().length > before.length; turn++)
      await new Promise((resolve) => setImmediate(resolve));
    expect(resources().length).toBeLessThanOrEqual(before.length);
  });
});
