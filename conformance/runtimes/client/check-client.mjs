import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmulator } from '@keyfold/emulator';
import * as sdk from '@keyfold/sdk';
import { build } from 'vite';
import { Checks } from '../checks.ts';
import { inChromium, onCommandLine, onWorkerd } from '../launch.mjs';
import { checkCertificates } from './certificate-checks.mjs';
import { checkSealed, sealSample } from './encryption-checks.ts';
import { lostUrl, startFront } from './front.mjs';
import { openIssuer } from './issuer.mjs';
import { checkProxy } from './proxy-checks.mjs';

const program = (name) => join(import.meta.dirname, name);

/** What a bundler for the runtime adds to the conditions of packages: Vite's own for pages, wrangler's for workers. */
const bundles = { chromium: {}, workerd: { resolve: { conditions: ['workerd', 'worker', 'browser'] } } };

/** How many checks run: the same everywhere, more where there is an environment (with proxies and certificates), and in a page. */
const everywhere = 41;
const withEnvironment = everywhere + 4 + 2 + 6;
const inPage = everywhere + 1;

/** No more than the client needs: it reads no file, and talks to this machine. */
const denoRun = ['run', '--no-prompt', '--no-remote', '--node-modules-dir=manual', '--allow-net=127.0.0.1'];

/** Runs a program of this folder, with its arguments and environment. */
const launchOn = {
  node: (name, args, env) => onCommandLine('node', [program(name), ...args], env),
  deno: (name, args, env) => onCommandLine('deno', [...denoRun, '--allow-env', program(name), ...args], env),
  denoBlind: (name, args, env) => onCommandLine('deno', [...denoRun, program(name), ...args], env),
  bun: (name, args, env) => onCommandLine('bun', ['run', program(name), ...args], env),
};

const callEach = (runtime) => (args, env) => launchOn[runtime]('call-each.mjs', args, env);
const behindProxy = (runtime) => (args, env) => launchOn[runtime]('behind-proxy.mjs', args, env);

/** How each runtime runs them. */
const runtimes = {
  node: {
    expected: withEnvironment,
    run: (target) => launchOn.node('on-node.ts', [target]),
    verified: callEach('node'),
    proxied: { launch: behindProxy('node') },
  },
  deno: {
    expected: withEnvironment + 1,
    run: (target) => launchOn.deno('on-deno-and-bun.ts', [target]),
    verified: callEach('deno'),
    proxied: { launch: behindProxy('deno'), blind: behindProxy('denoBlind') },
  },
  bun: {
    expected: withEnvironment,
    run: (target) => launchOn.bun('on-deno-and-bun.ts', [target]),
    verified: callEach('bun'),
    proxied: { launch: behindProxy('bun') },
  },
  workerd: {
    expected: everywhere,
    run: (target, { folders }) =>
      onWorkerd(join(folders.workerd, 'workerd.capnp'), async (url) => {
        const response = await fetch(url, { method: 'POST', body: target });
        if (!response.ok) throw new Error(`The worker answered ${response.status}.`);
        return response.json();
      }),
  },
  chromium: {
    expected: inPage,
    run: (target, { front, emulator }) => {
      const given = { ...JSON.parse(target), baseUrl: `${front.url}/keyfold`, otherOrigin: emulator.url };
      return inChromium(front.url, (page) =>
        page.evaluate(
          async ([script, passed]) => {
            const { runClient } = await import(script);
            return runClient(passed);
          },
          [`${front.url}/client.mjs`, given],
        ),
      );
    },
  },
};

/** The client bundled for one runtime, in a folder of its own. */
async function bundleFor(runtime) {
  const folder = await mkdtemp(join(tmpdir(), `keyfold-client-${runtime}-`));
  const built = await build({
    ...bundles[runtime],
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    build: {
      write: false,
      target: 'es2024',
      lib: { entry: program('bundled.ts'), formats: ['es'] },
    },
  });
  await writeFile(join(folder, 'client.mjs'), built[0].output[0].code);
  for (const file of ['worker.mjs', 'workerd.capnp']) await copyFile(program(file), join(folder, file));
  return folder;
}

/**
 * Runs the built SDK's client over fetch on each of the runtimes, against an emulator, and prints what came of it.
 *
 * @returns {Promise<boolean>} whether every check ran and passed
 */
export async function checkClient(names) {
  const emulator = await createEmulator();
  const folders = Object.fromEntries(
    await Promise.all(Object.keys(bundles).map(async (name) => [name, await bundleFor(name)])),
  );
  const { keySet, token } = await openIssuer();
  const front = await startFront(emulator.url, folders.chromium, keySet);
  const { apiKey, tenant, service } = emulator.access;
  const onNode = new sdk.Keyfold({ apiKey, baseUrl: emulator.httpsUrl, tls: { ca: emulator.ca } });
  try {
    const place = { tenant, service };
    const target = JSON.stringify({
      ...place,
      apiKey,
      wrongApiKey: apiKey.replace(/.{4}$/, 'AAAA'),
      baseUrl: emulator.url,
      silentUrl: `${front.url}/silent`,
      movedUrl: `${front.url}/moved`,
      keySetUrl: `${front.url}/jwks`,
      token,
      lostUrl: await lostUrl(),
      sealedByNode: await sealSample(sdk, onNode, place),
    });
    let allPassed = true;
    for (const name of names) {
      emulator.journal.clear();
      const failures = await failuresOn(name, target, { emulator, folders, front, onNode, place });
      for (const failure of failures) console.log(`  ${failure.slice(0, 500)}`);
      allPassed &&= failures.length === 0;
    }
    return allPassed;
  } finally {
    await onNode.close();
    front.close();
    await emulator.close();
    for (const folder of Object.values(folders)) await rm(folder, { recursive: true });
  }
}

async function failuresOn(name, target, { onNode, place, ...servers }) {
  const { expected, run, proxied, verified } = runtimes[name];
  try {
    const { version, answer } = await run(target, servers);
    const { passed, failed, failures } = answer.outcome;
    const after = new Checks();
    await checkSealed(after, sdk, onNode, place, answer.sealed);
    // One attempt, by what arrived: a wrong API key is not tried again.
    await after.equal('requests with the wrong API key', '1', () =>
      servers.emulator.journal.count({ error: 'api_key_invalid' }),
    );
    const { access, url } = servers.emulator;
    if (proxied !== undefined) await checkProxy(after, { apiKey: access.apiKey, url }, proxied);
    if (verified !== undefined) await checkCertificates(after, access.apiKey, verified);
    console.log(
      `the SDK over fetch on ${name} (${version}): ${passed + after.outcome.passed} passed, ${failed + after.outcome.failed} failed`,
    );
    const ran = passed + failed + after.outcome.passed + after.outcome.failed;
    const missing = ran === expected ? [] : [`${ran} checks ran, not ${expected}.`];
    return [...failures, ...after.outcome.failures, ...missing];
  } catch (error) {
    console.log(`the SDK over fetch on ${name}: did not run`);
    return [String(error.stack ?? error)];
  }
}
