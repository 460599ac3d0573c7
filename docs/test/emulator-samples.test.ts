import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// The sample for vitest is run by it: its tests are among those of this file.
import '../samples/emulator-vitest/document-sealer.test.ts';

const nodeTest = fileURLToPath(
  new URL('../samples/emulator-node-test/address-book.test.ts', import.meta.url),
);

it("runs the sample for Node's own test runner, all of it", { timeout: 60_000 }, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@keyfold/source', '--test', '--test-reporter=tap', nodeTest],
    { encoding: 'utf8' },
  );
  expect(status, `${stdout}${stderr}`).toBe(0);
  expect(stdout).toMatch(/^# tests 3$/m);
  expect(stdout).toMatch(/^# pass 3$/m);
});
