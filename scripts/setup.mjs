// Installs the dependencies when they do not match the lockfile, so that `npm start` and `npm test` are the
// first commands that anyone runs. Runs on any Node from 18 on, before anything is installed: no imports but Node's own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isInstalled, noteInstalled, root } from './lockfile-stamp.mjs';
import { tryLock } from './setup-lock.mjs';

// Beside node_modules, not in it: `npm ci` empties that folder.
const lockFile = join(root, '.setup.lock');

/** @returns {Promise<number>} npm's exit code */
async function install() {
  process.stderr.write('Installing dependencies (once)…\n');
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm ? [process.execPath, npm] : ['npm'];
  const child = spawn(command, [...prefix, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: !npm && process.platform === 'win32',
  });
  const [code] = await once(child, 'exit');
  if (code === 0) {
    // Where npm is told to ignore scripts, nothing else would note it.
    noteInstalled();
    return 0;
  }
  process.stderr.write('The dependencies could not be installed; the lines above say why.\n');
  return code ?? 1;
}

let waiting = false;
while (!isInstalled()) {
  const release = tryLock(lockFile);
  if (release === undefined) {
    if (!waiting) process.stderr.write('Another run is installing the dependencies; waiting for it…\n');
    waiting = true;
    await pause(200);
    continue;
  }
  let code = 0;
  try {
    if (!isInstalled()) code = await install();
  } finally {
    release();
  }
  if (code !== 0) process.exit(code);
}
