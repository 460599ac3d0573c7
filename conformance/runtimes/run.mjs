// Runs the Web Crypto build on every runtime, and the backend of node:crypto on those that have it; then each opens what all of
// them sealed; and the SDK's client over fetch on each, against an emulator. Fails where a check fails, a runtime is missing,
// or a file of docs/formats/vectors was not looked at.
//   npm ci --prefix conformance/runtimes && node conformance/runtimes/run.mjs [runtime …]
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { checkClient } from './client/check-client.mjs';
import { printImportTimes } from './import-time.mjs';
import { inChromium, onCommandLine, onWorkerd } from './launch.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const hosts = ['command-line.mjs', 'worker.mjs', 'workerd.capnp'];

async function onCommand(runtime, args, folder, sealed) {
  await writeFile(join(folder, 'sealed.mjs'), `export const sealed = ${JSON.stringify(sealed)};\n`);
  return onCommandLine(runtime, [...args, join(folder, 'command-line.mjs')]);
}

/** For each runtime: its version and what the suite answered there, or what it said to what others sealed. */
const runtimes = {
  node: (folder, sealed) => onCommand('node', [], folder, sealed),
  deno: (folder, sealed) =>
    onCommand('deno', ['run', '--no-config', '--no-remote', '--no-npm'], folder, sealed),
  bun: (folder, sealed) => onCommand('bun', ['run'], folder, sealed),

  workerd: (folder, sealed) =>
    onWorkerd(join(folder, 'workerd.capnp'), async (url) => {
      const body = JSON.stringify(sealed);
      const response = await fetch(url, body === undefined ? {} : { method: 'POST', body });
      return response.json();
    }),

  async chromium(folder, sealed) {
    const server = createServer(async (request, response) => {
      const script = request.url === '/suite.mjs';
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
      response.end(script ? await readFile(join(folder, 'suite.mjs')) : '<!doctype html>');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      return await inChromium(`http://127.0.0.1:${server.address().port}/`, (page) =>
        page.evaluate(async (others) => {
          const { openSealed, runSuite } = await import('/suite.mjs');
          return others === undefined ? runSuite() : openSealed(others);
        }, sealed),
      );
    } finally {
      server.close();
    }
  },
};

/** The vectors, for JSON.parse to read: the bundler's own reader refuses half surrogate pairs, which some of them hold. */
const vectors = {
  name: 'vectors',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source.endsWith('.json') ? `\0${resolve(dirname(importer), source)}.mjs` : null,
  async load(id) {
    const path = /^\0(.*\.json)\.mjs$/.exec(id)?.[1];
    if (path === undefined) return null;
    return `export default JSON.parse(${JSON.stringify(await readFile(path, 'utf8'))});`;
  },
};

/** Bundles one suite into a folder of its own, beside what starts it. */
async function bundleSuite(suite) {
  const folder = await mkdtemp(join(tmpdir(), `keyfold-${suite}-`));
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: here,
    plugins: [vectors],
    resolve: { conditions: ['@keyfold/source'] },
    build: {
      write: false,
      target: 'es2024',
      lib: { entry: join(here, `${suite}.ts`), formats: ['es'] },
      rolldownOptions: { external: /^node:/ },
    },
  });
  await writeFile(join(folder, 'suite.mjs'), built[0].output[0].code);
  for (const host of hosts) await copyFile(join(here, 'hosts', host), join(folder, host));
  return folder;
}

/** Which runtimes each suite is for: what has no node:crypto runs the Web Crypto build only. */
const suites = {
  'web-suite': Object.keys(runtimes),
  'node-suite': ['node', 'deno', 'bun'],
};

/** What a runtime may say that it does not have, by the names of the checks; anything else has gone missing. */
const knownGaps = [
  { suite: 'web-suite', what: 'scrypt', gap: /scrypt/ },
  { suite: 'node-suite', runtime: 'bun', what: 'AES key wrap', gap: /RFC 3394|AES key (un)?wrap|KWP/ },
];

function isKnownGap(suite, runtime, check) {
  return knownGaps.some(
    (known) => known.suite === suite && (known.runtime ?? runtime) === runtime && known.gap.test(check),
  );
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(runtimes);

/** Every suite on every runtime that was chosen. */
async function onEach(use) {
  for (const [suite, names] of Object.entries(suites)) {
    for (const name of names.filter((each) => chosen.includes(each))) {
      try {
        await use(suite, name);
      } catch (error) {
        console.log(`${suite} on ${name}: did not run: ${error.message}`);
        process.exitCode = 1;
      }
    }
  }
}

function report(title, { passed, failed, failures }) {
  console.log(`${title}: ${passed} passed, ${failed} failed`);
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure.slice(0, 500)}`);
  if (failed > 0) process.exitCode = 1;
}

function reportGaps(suite, name, unsupported) {
  const known = unsupported.filter((check) => isKnownGap(suite, name, check));
  if (known.length > 0) console.log(`  said to be unsupported: ${known.length} checks of ${gapsOf(known)}`);
  for (const check of unsupported.filter((each) => !known.includes(each))) {
    console.log(`  not expected to be unsupported: ${check}`);
    process.exitCode = 1;
  }
}

function gapsOf(checks) {
  return [...new Set(checks.map((check) => knownGaps.find(({ gap }) => gap.test(check)).what))].join(', ');
}

const folders = {};
for (const suite of Object.keys(suites)) folders[suite] = await bundleSuite(suite);

const sealed = [];
const counts = new Set();
const files = new Set();
await onEach(async (suite, name) => {
  const { version, answer } = await runtimes[name](folders[suite]);
  const { outcome } = answer;
  report(`${suite} on ${name} (${version})`, outcome);
  reportGaps(suite, name, outcome.unsupported);
  sealed.push(answer.sealed);
  counts.add(outcome.passed);
  files.add(JSON.stringify(outcome.byFile));
});

await onEach(async (suite, name) => {
  const { answer } = await runtimes[name](folders[suite], sealed);
  report(`${suite} on ${name}, what all ${sealed.length} sealed`, answer);
});
for (const folder of Object.values(folders)) await rm(folder, { recursive: true });

const [byFile = '{}'] = files;
for (const [file, count] of Object.entries(JSON.parse(byFile)).sort())
  console.log(`${file}: ${count} checks on each`);
for (const file of await readdir(join(here, '../../docs/formats/vectors'))) {
  if (JSON.parse(byFile)[file] > 0) continue;
  console.log(`${file}: no runtime looked at it.`);
  process.exitCode = 1;
}
if (counts.size > 1 || files.size > 1) {
  console.log('The runtimes did not run the same number of checks.');
  process.exitCode = 1;
}
if (!(await checkClient(chosen))) process.exitCode = 1;
await printImportTimes();
