// Measures on the pinned Node and on Node 26, prints the tables and writes bench/RESULTS.md:
//   npm run bench [-- --rounds 100 --only <words of a title> --size <'64 B', …>]
// A run of a part writes no file. Nothing that is measured here decides whether tests pass.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lockfile-stamp.mjs';

const bench = join(root, 'bench');
const results = join(bench, 'RESULTS.md');
const argv = process.argv.slice(2);
const isPartial = argv.some((argument) => argument.startsWith('--only') || argument.startsWith('--size'));

// A C library that keeps what is freed: otherwise large buffers cost page faults, more or fewer by chance.
const nodeFlags = ['--no-warnings'];
const memory = {
  MALLOC_TRIM_THRESHOLD_: '1000000000',
  MALLOC_MMAP_THRESHOLD_: '1000000000',
  MALLOC_TOP_PAD_: '4194304',
};

function run(command, args, options = {}) {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    process.stderr.write(stdout ?? '');
    process.stderr.write(`${[command, ...args].join(' ')} failed.\n`);
    process.exit(status ?? 1);
  }
  return stdout;
}

function installPeers() {
  // Installed, and by the lockfile as it is now.
  const marker = join(bench, 'node_modules', '.package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(bench, 'package-lock.json')).mtimeMs)
    return;
  process.stderr.write('Installing the peers (once)…\n');
  // Their prebuilt binaries need no scripts.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm ? [process.execPath, npm] : ['npm'];
  run(command, [...prefix, ...args], { cwd: bench, shell: !npm && process.platform === 'win32' });
}

installPeers();
const built = ['crypto-core', 'emulator', 'sdk'].map((name) => `--filter=@keyfold/${name}`);
run(process.execPath, [join(root, 'scripts', 'turbo.mjs'), 'run', 'build', ...built]);

const node26 = join(bench, 'node_modules', 'node-26', 'bin', 'node');
const nodes = existsSync(node26) ? [process.execPath, node26] : [process.execPath];
const sections = nodes.map((node) =>
  run(node, [...nodeFlags, join('src', 'main.mjs'), ...argv], {
    cwd: bench,
    env: { ...process.env, ...memory },
  }),
);
if (nodes.length === 1) sections.push('Node 26 has no binary for this platform here: not measured.\n');

const report = `# Benchmarks

Written by \`npm run bench\`. Figures are CPU time divided by that of a reference, both taken in one run: slots of a
millisecond or a few, the reference before and after each contender, the order of the contenders rotated. Each cell is the median of
the rounds and, in brackets, its quartiles; a target stands behind its figure, and a missed one is bold. The machine is
shared: the third digit means nothing.

- **reference**: the fastest honest AES-256-GCM of \`node:crypto\`: a KeyObject, 96-bit nonces from a pool of random bytes,
  one \`update\`, a discarded \`final\`, one output; no authenticated data, no header, no type.
- **floor**: the reference with what a bound format cannot do without. What lies between a floor and crypto-core is
  crypto-core's own.
- Thread pool and collector count, as CPU time of the process; but a collection of the whole heap falls into few slots, and the
  median leaves them out.
- **Transport**: the server is in a process of its own, whose CPU time is not counted. The SDK's request path has retries,
  deadline, hooks and tracing idle; every contender reads and parses the answer.
- Times at the SDK's boundary are wall time: whatever else the machine does is in their tails.
- At 64 KB much of the time goes to allocating the output, for which contenders that write it in one piece need less than
  the reference does: figures below 1 are that.
- Servers are processes of their own; the load comes from another one, over sixteen connections that stay open, and never
  sleeps: to wake it would cost the slower server more. Their figures are rates, so more is better.

${sections.join('\n')}`.trimEnd();

process.stdout.write(`${report}\n`);
if (!isPartial) {
  writeFileSync(results, `${report}\n`);
  process.stderr.write(`Written to ${results}\n`);
}
