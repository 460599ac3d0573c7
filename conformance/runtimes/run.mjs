// Runs the Web Crypto build on every runtime, and the backend of node:crypto on those that have it, and fails where a check fails or a runtime is missing.
//   npm ci --prefix conformance/runtimes && node conformance/runtimes/run.mjs [runtime …]
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const hosts = ['command-line.mjs', 'worker.mjs', 'workerd.capnp'];
const run = promisify(execFile);

/** A runtime's own binary. The packages' launchers expect a script to have run at installation. */
async function binaryOf(scope, name) {
  const folder = join(here, 'node_modules', scope);
  for (const found of await readdir(folder).catch(() => [])) {
    for (const path of [join(folder, found, 'bin', name), join(folder, found, name)]) {
      const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
      if (stdout !== '') return { path, version: stdout.trim().split('\n')[0] };
    }
  }
  throw new Error(`There is no ${name} for this machine: npm ci --prefix conformance/runtimes`);
}

async function onCommandLine(path, args, folder) {
  const { stdout } = await run(path, [...args, join(folder, 'command-line.mjs')], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout);
}

/** For each runtime: its version and what the suite found there. */
const runtimes = {
  async node(folder) {
    return { version: process.version, outcome: await onCommandLine(process.execPath, [], folder) };
  },

  async deno(folder) {
    const { path, version } = await binaryOf('@deno', 'deno');
    const outcome = await onCommandLine(path, ['run', '--no-config', '--no-remote', '--no-npm'], folder);
    return { version, outcome };
  },

  async bun(folder) {
    const { path, version } = await binaryOf('@oven', 'bun');
    return { version, outcome: await onCommandLine(path, ['run'], folder) };
  },

  async workerd(folder) {
    const { path, version } = await binaryOf('@cloudflare', 'workerd');
    // Its control channel says which port the system chose.
    const child = spawn(path, ['serve', '--control-fd=3', join(folder, 'workerd.capnp')], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    try {
      const [line] = await Promise.race([
        once(child.stdio[3], 'data'),
        once(child, 'exit').then(([code]) => {
          throw new Error(`workerd ended with ${code}.`);
        }),
      ]);
      const { port } = JSON.parse(String(line).split('\n')[0]);
      const response = await fetch(`http://127.0.0.1:${port}/`);
      return { version, outcome: await response.json() };
    } finally {
      child.kill();
    }
  },

  async chromium(folder) {
    const { chromium } = await import('playwright-core');
    const server = createServer(async (request, response) => {
      const script = request.url === '/suite.mjs';
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
      response.end(script ? await readFile(join(folder, 'suite.mjs')) : '<!doctype html>');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    let browser;
    try {
      browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      });
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const outcome = await page.evaluate(async () => (await import('/suite.mjs')).runSuite());
      return { version: browser.version(), outcome };
    } finally {
      await browser?.close();
      server.close();
    }
  },
};

/** Bundles one suite into a folder of its own, beside what starts it. */
async function bundleSuite(suite) {
  const folder = await mkdtemp(join(tmpdir(), `keyfold-${suite}-`));
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: here,
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
  { suite: 'web-suite', gap: /scrypt/ },
  { suite: 'node-suite', runtime: 'bun', gap: /RFC 3394|AES key (un)?wrap|KWP/ },
];

function isKnownGap(suite, runtime, check) {
  return knownGaps.some(
    (known) => known.suite === suite && (known.runtime ?? runtime) === runtime && known.gap.test(check),
  );
}

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(runtimes);
const counts = new Set();
for (const [suite, names] of Object.entries(suites)) {
  const folder = await bundleSuite(suite);
  for (const name of names.filter((each) => chosen.includes(each))) {
    try {
      const { version, outcome } = await runtimes[name](folder);
      const { passed, failed, unsupported, failures } = outcome;
      console.log(`${suite} on ${name} (${version}): ${passed} passed, ${failed} failed`);
      if (unsupported.length > 0) console.log(`  said to be unsupported: ${unsupported.join('; ')}`);
      const missing = unsupported.filter((check) => !isKnownGap(suite, name, check));
      for (const check of missing) console.log(`  not expected to be unsupported: ${check}`);
      if (missing.length > 0) process.exitCode = 1;
      for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
      counts.add(passed);
      if (failed > 0) process.exitCode = 1;
    } catch (error) {
      console.log(`${suite} on ${name}: did not run: ${error.message}`);
      process.exitCode = 1;
    }
  }
  await rm(folder, { recursive: true });
}
if (counts.size > 1) {
  console.log('The runtimes did not run the same number of checks.');
  process.exitCode = 1;
}
