// createEmulator() and reset() in a process that has them warm; prints JSON: milliseconds of each time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from '@keyfold/emulator';

const rounds = Number(process.argv[2]);
const keysBetweenResets = 10;

async function timed(work) {
  const before = performance.now();
  const result = await work();
  return [performance.now() - before, result];
}

/** Ten keys are made before each reset: one of an emulator that was not used would have nothing to do. */
async function resetTimes(emulator) {
  const times = [];
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.CreateKey' };
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < keysBetweenResets; i++) {
      const answer = await fetch(emulator.url, { method: 'POST', headers, body: '{}' });
      if (!answer.ok) throw new Error(await answer.text());
      await answer.arrayBuffer();
    }
    times.push((await timed(() => emulator.reset()))[0]);
  }
  return times;
}

const creations = [];
for (let round = 0; round < rounds + 3; round++) {
  const [ms, emulator] = await timed(() => createEmulator());
  await emulator.close();
  // The first few find cold code.
  if (round >= 3) creations.push(ms);
}
const inMemory = await createEmulator();
const memoryResets = await resetTimes(inMemory);
await inMemory.close();

const stateFolder = mkdtempSync(join(tmpdir(), 'keyfold-bench-'));
const onDisk = await createEmulator({ stateFolder });
const sqliteResets = await resetTimes(onDisk);
await onDisk.close();
rmSync(stateFolder, { recursive: true });

process.stdout.write(JSON.stringify({ creations, memoryResets, sqliteResets }));
