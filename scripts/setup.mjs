// Installs the dependencies when they do not match the lockfile, so that `npm start` and `npm test` are the
// first commands that anyone runs. Runs on any Node from 18 on, before anything is installed: no imports but Node's own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, noteInstalled, root } from './lockfile-stamp.mjs';

// Beside node_modules, not in it: `npm ci` empties that folder.
const lockFile = join(root, '.setup.lock');

/** True while the process that wrote the lock lives: a run that was killed must not block the next one. */
function holderLives() {
  const pid = existsSync(lockFile) ? Number(readFileSync(lockFile, 'utf8')) : 0;
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function install() {
  process.stderr.write('Installing dependencies (once)…\n');
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm ? [process.execPath, npm] : ['npm'];
  const result = spawnSync(command, [...prefix, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: !npm && process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write('The dependencies could not be installed; the lines above say why.\n');
    process.exit(result.status ?? 1);
  }
  // Where npm is told to ignore scripts, nothing else would note it.
  noteInstalled();
}

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

let waiting = false;
while (!isInstalled()) {
  if (tryLock()) {
    try {
      if (!isInstalled()) install();
    } finally {
      rmSync(lockFile, { force: true });
    }
  } else if (holderLives()) {
    if (!waiting) process.stderr.write('Another run is installing the dependencies; waiting for it…\n');
    waiting = true;
    pause(200);
  } else {
    // The pid file may be empty for an instant while its writer starts; a second look tells the two apart.
    pause(200);
    if (!holderLives()) rmSync(lockFile, { force: true });
  }
}
