// Meets `npm start` as a newcomer does: starts it, asks whether it is ready, runs the printed snippet as it stands,
// ends it with Ctrl-C, starts it again on the same state, and finds the same API key and what was encrypted before.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from './running-emulator.mjs';

const state = mkdtempSync(join(tmpdir(), 'keyfold-start-'));
// A process group of its own: Ctrl-C in a terminal goes to npm and to everything that it started.
const start = () =>
  startEmulator(['npm', 'start', '--silent', '--', '--port=0', '--https-port=0', `--state=${state}`], {
    detached: true,
  });
const interrupt = async (emulator) => {
  process.kill(-emulator.child.pid, 'SIGINT');
  return emulator.stop('SIGCONT');
};

/** The lines between the shell's here-document markers, as a person would copy them. */
function snippetOf(output) {
  const lines = output.split('\n');
  const from = lines.findIndex((line) => line.includes("<<'END'"));
  const to = lines.findIndex((line, index) => index > from && line === 'END');
  assert.ok(from >= 0 && to > from, 'the banner holds a snippet');
  return lines.slice(from, to + 1).join('\n');
}

try {
  const first = await start();
  const ready = await fetch(`${first.url}/_emulator/ready`);
  assert.equal(ready.status, 200);
  const snippet = spawnSync('sh', ['-c', snippetOf(first.output)], { encoding: 'utf8' });
  assert.equal(snippet.status, 0, snippet.stderr);
  const [sealed, opened] = snippet.stdout.trim().split('\n');
  assert.match(sealed, /^kf1\.[\w-]+$/);
  assert.equal(opened, '4111 1111 1111 1111');
  await interrupt(first);
  await assert.rejects(fetch(`${first.url}/_emulator/ready`), 'the port is free again');

  const second = await start();
  assert.equal(second.apiKey, first.apiKey);
  const again = snippetOf(second.output).replace(
    /^const sealed = .*$/m,
    `const sealed = ${JSON.stringify(sealed)};`,
  );
  const reopened = spawnSync('sh', ['-c', again], { encoding: 'utf8' });
  assert.equal(reopened.status, 0, reopened.stderr);
  assert.equal(reopened.stdout.trim().split('\n').at(-1), '4111 1111 1111 1111');
  await interrupt(second);
  process.stdout.write('npm start works from start to end, twice\n');
} finally {
  rmSync(state, { recursive: true, force: true });
}
