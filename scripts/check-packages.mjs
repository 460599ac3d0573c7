// What is published, met as its users meet it: every package is packed, examined, and installed from its tarball into
// an empty project, where each of its entry points is imported. The SDK is then used there: from TypeScript, by every
// supported compiler, and from plain JavaScript, on every supported Node, against the emulator.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkNodes } from '../conformance/packaging/nodes.mjs';
import { checkTypeScript } from '../conformance/packaging/typescript.mjs';

const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'keyfold-packages-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** The SDK with all that it brings along, as installed: peers need 32 MB and more, and up to 69 packages. */
const sdkLimits = { megabytes: 5, packages: 10 };

function run(command, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const published = ['packages', 'apps']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private);

const tarballs = new Map();
for (const { folder, manifest } of published) {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', work], folder),
  );
  const names = files.map(({ path }) => path);
  for (const needed of ['LICENSE', 'README.md', 'package.json'])
    assert.ok(names.includes(needed), `${manifest.name} ships ${needed}`);
  assert.deepEqual(
    names.filter((name) => !/^(src|dist)\/|^(LICENSE|README\.md|package\.json)$/.test(name)),
    [],
    `${manifest.name} ships nothing else`,
  );
  tarballs.set(manifest.name, join(work, filename));
  run('publint', ['run', '--strict', join(work, filename)]);
  run('attw', ['--profile', 'esm-only', '--format', 'ascii', join(work, filename)]);
}

function install(project, names) {
  run('mkdir', ['-p', project]);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const files = names.map((name) => tarballs.get(name));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...files], project);
}

/** Bytes of all files below a folder. */
const bytesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const sdkClosure = ['@keyfold/crypto-core', '@keyfold/protocol', '@keyfold/sdk'];
const sdkProject = join(work, 'sdk');
install(sdkProject, sdkClosure);
const megabytes = bytesIn(join(sdkProject, 'node_modules')) / 1e6;
const lock = JSON.parse(readFileSync(join(sdkProject, 'package-lock.json'), 'utf8'));
const packages = Object.keys(lock.packages).filter((path) => path !== '').length;
process.stdout.write(`@keyfold/sdk installs ${packages} packages, ${megabytes.toFixed(1)} MB\n`);
assert.ok(megabytes <= sdkLimits.megabytes, `at most ${sdkLimits.megabytes} MB`);
assert.ok(packages <= sdkLimits.packages, `at most ${sdkLimits.packages} packages`);

const everything = join(work, 'everything');
install(everything, [...tarballs.keys()]);
const entries = published.flatMap(({ manifest }) =>
  Object.keys(manifest.exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => manifest.name + entry.slice(1)),
);
writeFileSync(join(everything, 'check.mjs'), entries.map((entry) => `await import('${entry}');\n`).join(''));
run(process.execPath, ['check.mjs'], everything);
process.stdout.write(`${tarballs.size} packages are well formed; ${entries.length} entry points import\n`);

await checkTypeScript({ root, project: sdkProject });
await checkNodes({ work, project: sdkProject, emulatorProject: everything });
