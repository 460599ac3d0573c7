import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nothing that is run here takes half as long; what hangs is ended and counts as failed. */
const longestRunMs = 120_000;

/** A runtime's own binary. The packages' launchers expect a script to have run at installation. */
async function binaryOf(scope, name) {
  const folder = join(import.meta.dirname, 'node_modules', scope);
  for (const found of await readdir(folder).catch(() => [])) {
    for (const path of [join(folder, found, 'bin', name), join(folder, found, name)]) {
      const { stdout } = await run(path, ['--version']).catch(() => ({ stdout: '' }));
      if (stdout !== '') return { path, version: stdout.trim().split('\n')[0] };
    }
  }
  throw new Error(`There is no ${name} for this machine: npm ci --prefix conformance/runtimes`);
}

/** The runtimes that run a program from the command line. */
const programs = {
  node: async () => ({ path: process.execPath, version: process.version }),
  deno: () => binaryOf('@deno', 'deno'),
  bun: () => binaryOf('@oven', 'bun'),
};

/** Runs a program to its own end: its version, and what it printed as JSON. */
export async function onCommandLine(runtime, args, env = process.env) {
  const { path, version } = await programs[runtime]();
  const { stdout } = await run(path, args, { env, maxBuffer: 2 ** 24, timeout: longestRunMs });
  return { version, answer: JSON.parse(stdout) };
}

/** Serves a worker; its version, and what `use` makes of the worker's origin. */
export async function onWorkerd(configuration, use) {
  const { path, version } = await binaryOf('@cloudflare', 'workerd');
  // Its control channel says which port the system chose.
  const child = spawn(path, ['serve', '--control-fd=3', configuration], {
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
    return { version, answer: await use(`http://127.0.0.1:${port}/`) };
  } finally {
    child.kill();
  }
}

/** Opens a page in Chromium; its version, and what `use` makes of the page. What nobody caught there fails. */
export async function inChromium(url, use) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
    const uncaught = [];
    page.on('pageerror', (error) => uncaught.push(error));
    await page.goto(url);
    const answer = await use(page);
    if (uncaught.length > 0)
      throw new Error('The page has an error that nobody caught.', { cause: uncaught[0] });
    return { version: browser.version(), answer };
  } finally {
    await browser.close();
  }
}
