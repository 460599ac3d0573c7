// Measures on the Node that runs it and writes Markdown to standard output; progress goes to standard error.
//   node src/main.mjs --rounds 100 [--only <words of a group's title>] [--size <'64 B', …>]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { cryptoCoreGroups } from './crypto-core-groups.mjs';
import { measure } from './measure.mjs';
import { digits, figures, isMissed, isOver, table } from './table.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
    size: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds must be a whole number from 1.');
const isWanted = ({ title }) => title.toLowerCase().includes(values.only.toLowerCase());

/** Many short slots: a collection or another process spoils a few of them, which the median leaves out. What is slower than a slot is called once. */
function pace(byteLength, rounds) {
  return byteLength > 1024 ? { rounds: Math.ceil(rounds / 2), slotMs: 4 } : { rounds, slotMs: 1 };
}

const lines = [
  `### Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
  '',
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}, ${rounds} rounds.`,
  '',
];
const targets = [];
const timed = [];

async function run(groups) {
  for (const group of groups.filter(isWanted)) {
    const bySize = new Map();
    for (const [size, byteLength] of group.sizes) {
      if (values.size !== undefined && values.size !== size) continue;
      process.stderr.write(`node ${process.versions.node}: ${group.title}, ${size}\n`);
      const results = await measure(
        await group.contenders(byteLength),
        group.pace?.(rounds) ?? pace(byteLength, rounds),
      );
      bySize.set(size, results);
      for (const result of results) {
        if (result.target !== undefined) targets.push({ title: group.title, size, result, results });
      }
    }
    lines.push(table(group.title, bySize));
  }
}

/** Figures with a unit of their own. */
async function runFigures(title, take) {
  if (!isWanted({ title }) || values.size !== undefined) return;
  process.stderr.write(`node ${process.versions.node}: ${title}\n`);
  const rows = await take();
  timed.push(...rows.filter(({ target }) => target !== undefined).map((row) => ({ title, row })));
  lines.push(figures(title, rows));
}

// Keyfold's own figures first: peers leave the engine's call sites and the heap in another state.
await run(cryptoCoreGroups);
const { closeSdk, sdkGroups, sdkTimes } = await import('./sdk-groups.mjs');
await run(sdkGroups);
await runFigures('SDK, times at its boundary', () => sdkTimes(rounds));
await closeSdk();
const { webGroups } = await import('./web-groups.mjs');
await run(webGroups);
const { closeTransports, missingClients, transportGroups } = await import('./transport-groups.mjs');
await run(transportGroups);
await closeTransports();
const { importTimes } = await import('./import-times.mjs');
await runFigures('Imports, in a fresh process', () => importTimes(Math.max(5, Math.ceil(rounds / 5))));
const { missingPeers, peerGroups } = await import('./peer-groups.mjs');
await run(peerGroups);
if (values.size === undefined) {
  const { emulatorTables } = await import('./emulator-groups.mjs');
  lines.push(...(await emulatorTables(rounds, isWanted)));
}
const missing = [...missingClients, ...missingPeers];
if (missing.length > 0) lines.push('Not measured:', '', ...missing.map((peer) => `- ${peer}`), '');

/** What a missed target stands beside: the cheapest that a bound format can be. */
function floorsOf(results) {
  const floors = results.filter(({ name }) => name.startsWith('floor'));
  return floors.length === 0 ? '' : ` (floors ${floors.map(({ ratio }) => digits(ratio)).join(', ')})`;
}

const missed = targets.filter(({ result }) => isMissed(result));
const over = timed.filter(({ row }) => isOver(row));
const count = targets.length + timed.length;
lines.push(
  `#### Targets on Node ${process.versions.node}`,
  '',
  `${count - missed.length - over.length} of ${count} figures keep their target.`,
  '',
  ...missed.map(
    ({ title, size, result, results }) =>
      `- missed: ${title}, ${result.name}, ${size}: ${digits(result.ratio)}, target ${digits(result.target)}${floorsOf(results)}`,
  ),
  ...over.map(
    ({ title, row }) =>
      `- missed: ${title}, ${row.name}: ${digits(row.value)} ${row.unit}, target ${row.target}`,
  ),
  '',
);
process.stdout.write(lines.join('\n'));
