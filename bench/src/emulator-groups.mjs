// The emulator as a process of its own, beside a bare server and other emulators: how many requests it answers, what they cost,
// how soon it is there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { encodeFrame } from '@keyfold/protocol';
import { durableTransactionsPerSecond } from './emulator/durable.mjs';
import { Load, writeRequest } from './emulator/load.mjs';
import { findOtherEmulators } from './emulator/other-emulators.mjs';
import { cpuMicroseconds, residentMegabytes, startServer } from './emulator/server-process.mjs';
import { digits } from './table.mjs';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'apps', 'emulator', 'dist', 'main.js');
const seed = join(root, 'docs', 'samples', 'seeds', 'seed.yaml');
const isReady = /(http:\/\/127\.0\.0\.1:\d+)[\s\S]*Ctrl-C ends it/;

/** What the emulator is to reach: rates as parts of the reference's, times and memory as limits. */
const targets = { kms: 0.9, dataKeys: 0.7, startMs: 200, residentMb: 70, createMs: 15, resetMs: 5 };

const startReference = () =>
  startServer(
    [process.execPath, join(import.meta.dirname, 'emulator', 'reference-server.mjs')],
    /(http:\S+) is ready/,
  );
const startEmulator = (...options) =>
  startServer([process.execPath, main, '--port=0', '--https-port=0', ...options], isReady);

const kmsHeaders = (operation) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `TrentService.${operation}`,
  authorization:
    'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=00',
});

async function askKms(url, operation, members) {
  const headers = kmsHeaders(operation);
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(members) });
  if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
  return answer.json();
}

const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
const ascending = (numbers) => numbers.toSorted((a, b) => a - b);
const median = (numbers) => quantile(ascending(numbers), 0.5);
function spread(numbers, print = digits) {
  const sorted = ascending(numbers);
  return `${print(quantile(sorted, 0.5))} (${print(quantile(sorted, 0.25))}–${print(quantile(sorted, 0.75))})`;
}

/** Encrypt, Decrypt and GenerateDataKey of a server that speaks AWS KMS. */
async function kmsRows(name, { url, pid }, target) {
  const { KeyMetadata } = await askKms(url, 'CreateKey', {});
  const KeyId = KeyMetadata.KeyId;
  const context = { EncryptionContext: { purpose: 'bench' } };
  const plain = { KeyId, Plaintext: Buffer.alloc(32, 7).toString('base64'), ...context };
  const { CiphertextBlob } = await askKms(url, 'Encrypt', plain);
  const load = new Load(url);
  return [
    ['Encrypt', plain],
    ['Decrypt', { CiphertextBlob, ...context }],
    ['GenerateDataKey', { KeyId, KeySpec: 'AES_256', ...context }],
  ].map(([operation, members]) => ({
    name: `${name}, ${operation}`,
    load,
    pid,
    target,
    request: writeRequest(url, { headers: kmsHeaders(operation), body: JSON.stringify(members) }),
  }));
}

/** The encryption API's data-key routes. */
async function dataKeyRows(server) {
  const { url, pid } = server;
  const apiKey = /API key {2}(\S+)/.exec(server.output)?.[1];
  const [, tenant, id] = /tenant {3}(\S+), service (\S+)/.exec(server.output) ?? [];
  const scope = { kind: 'service', id };
  const authorization = `Bearer ${apiKey}`;
  const path = (operation) => `/v1/tenants/${tenant}/data-keys/${operation}`;
  const json = { authorization, 'content-type': 'application/json' };
  const frame = { authorization, 'content-type': 'application/vnd.keyfold.frame' };
  const fresh = nodeBackend.createDataKey();
  const commitment = Buffer.from(fresh.commitment).toString('base64url');
  const toWrap = encodeFrame({ scope, items: [{ commitment }] }, [fresh.secret.reveal()]);
  const answer = await fetch(url + path('wrap'), { method: 'POST', headers: frame, body: toWrap });
  if (!answer.ok) throw new Error(await answer.text());
  const [item] = (await answer.json()).items;
  const sealer = fresh.wrappedAs({
    keyReference: Buffer.from(item.keyReference, 'base64url'),
    wrapped: Buffer.from(item.wrapped, 'base64url'),
  });
  const header = Buffer.from(sealer.recordHeader()).toString('base64url');
  const load = new Load(url);
  return [
    ['wrap', frame, toWrap],
    ['unwrap', json, JSON.stringify({ scope, items: [{ header }] })],
    ['rewrap', json, JSON.stringify({ scope, items: [{ header }] })],
    ['generate', json, JSON.stringify({ scope, count: 1 })],
  ].map(([operation, headers, body]) => ({
    name: `encryption API, ${operation}`,
    load,
    pid,
    target: targets.dataKeys,
    request: writeRequest(url, { path: path(operation), headers, body }),
  }));
}

/** What it takes until a server's code is compiled, unless it is slow anyway. */
const warmUpMs = 1500;

/** How many requests fill a slot: slow servers get short ones. */
async function requestsPerSlot({ load, request }) {
  const warmAt = performance.now() + warmUpMs;
  while (performance.now() < warmAt) await load.send(request, 64);
  const before = performance.now();
  await load.send(request, 64);
  const perRequestMs = (performance.now() - before) / 64;
  return Math.max(16, Math.min(1000, Math.round(40 / perRequestMs)));
}

async function slot({ load, pid, request }, times) {
  const cpuBefore = pid === undefined ? undefined : cpuMicroseconds(pid);
  const before = performance.now();
  await load.send(request, times);
  return {
    perRequest: ((performance.now() - before) * 1000) / times,
    cpu: cpuBefore === undefined ? undefined : (cpuMicroseconds(pid) - cpuBefore) / times,
  };
}

/** Rates and CPU times beside the reference's, slot by slot, the order rotated. */
async function measureRequests(rows, rounds) {
  const [reference, ...others] = rows;
  const times = new Map();
  for (const row of rows) times.set(row, await requestsPerSlot(row));
  const figures = new Map(rows.map((row) => [row, { rates: [], cpus: [], ratios: [], cpuRatios: [] }]));
  for (let round = -2; round < rounds; round++) {
    for (let i = 0; i < others.length; i++) {
      const row = others[(i + round + 2) % others.length];
      const base = await slot(reference, times.get(reference));
      const own = await slot(row, times.get(row));
      if (round < 0) continue;
      const { rates, cpus, ratios, cpuRatios } = figures.get(row);
      rates.push(1e6 / own.perRequest);
      ratios.push(base.perRequest / own.perRequest);
      figures.get(reference).rates.push(1e6 / base.perRequest);
      figures.get(reference).ratios.push(1);
      if (base.cpu !== undefined) figures.get(reference).cpus.push(base.cpu);
      if (own.cpu === undefined) continue;
      cpus.push(own.cpu);
      cpuRatios.push(own.cpu / base.cpu);
    }
  }
  return figures;
}

/** What the figures that have a target are told as; those that miss it first. */
const verdicts = { kept: 0, missed: [] };

/** A figure with its target: `least` says which side of it is good. */
function judged(name, text, value, target, least) {
  if (target === undefined || text === '') return text;
  const rounded = Math.round(value * 100) / 100;
  const kept = least ? rounded >= target : rounded <= target;
  if (kept) verdicts.kept += 1;
  else verdicts.missed.push(`- missed: ${name.replaceAll('**', '')}: ${text}, target ${target}`);
  return kept ? `${text} ${least ? '≥' : '≤'} ${target}` : `**${text}, missed ${target}**`;
}

async function requestsTable(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-bench-'));
  const servers = [await startReference()];
  const { others, missing } = await findOtherEmulators();
  try {
    const [reference] = servers;
    const warned = await startEmulator(`--state=${join(folder, 'default')}`);
    servers.push(warned);
    const strict = await startEmulator(`--state=${join(folder, 'strict')}`, '--policies=strict');
    servers.push(strict);
    // In a process of its own: what it still writes and collects after a slot would be counted as the next slot's.
    const api = await startEmulator(`--state=${join(folder, 'api')}`);
    servers.push(api);
    const [first] = await kmsRowsOfReference(reference);
    const rows = [
      first,
      ...(await kmsRows('**emulator**', warned, targets.kms)),
      ...(await kmsRows('**emulator, --policies=strict**', strict, targets.kms)),
      ...(await dataKeyRows(api)),
    ];
    for (const other of others) rows.push(...(await kmsRows(other.name, other)));
    const figures = await measureRequests(rows, rounds);
    const lines = rows.map((row) => {
      const { rates, cpus, ratios, cpuRatios } = figures.get(row);
      const ratio = judged(row.name, spread(ratios), median(ratios), row.target, true);
      const cpu = cpus.length === 0 ? '' : digits(median(cpus));
      const cpuRatio = cpuRatios.length === 0 ? '' : spread(cpuRatios);
      return `| ${row.name} | ${ratio} | ${median(rates).toFixed(0)} | ${cpu} | ${cpuRatio} |`;
    });
    for (const { load } of rows) load.close();
    return [
      '#### Emulator, requests a second',
      '',
      '| sixteen connections | rate ÷ reference | requests/s | CPU µs | CPU ÷ reference |',
      '|---|---|---|---|---|',
      ...lines,
      '',
      'The emulator keeps its state in SQLite, writes its journal, and decides by key policies: as it starts, of known identities and',
      'of what other accounts may do, with `--policies=strict` of every request. CPU is of all threads.',
      '',
      ...missing.map((name) => `Not measured: ${name}.`),
      '',
    ];
  } finally {
    for (const server of [...servers, ...others]) await server.stop();
    rmSync(folder, { recursive: true });
  }
}

async function kmsRowsOfReference({ url, pid }) {
  const KeyId = '00000000-0000-0000-0000-000000000000';
  const members = { KeyId, Plaintext: Buffer.alloc(32, 7).toString('base64') };
  const body = JSON.stringify({ ...members, EncryptionContext: { purpose: 'bench' } });
  const request = writeRequest(url, { headers: kmsHeaders('Encrypt'), body });
  return [{ name: 'reference: bare `node:http`', load: new Load(url), pid, request }];
}

async function durableTable(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-bench-'));
  const server = await startEmulator(`--state=${join(folder, 'state')}`);
  try {
    const load = new Load(server.url);
    const request = writeRequest(server.url, { headers: kmsHeaders('CreateKey'), body: '{}' });
    await load.send(request, 200);
    const rates = [];
    const machine = [];
    for (let round = 0; round < rounds; round++) {
      machine.push(durableTransactionsPerSecond(1, 100));
      const before = performance.now();
      await load.send(request, 100);
      rates.push(100_000 / (performance.now() - before));
    }
    load.close();
    return [
      '#### Emulator, durable CreateKey',
      '',
      '| | a second |',
      '|---|---|',
      `| this machine, transactions of one row with \`synchronous=FULL\` | ${spread(machine)} |`,
      `| **CreateKey**, sixteen connections | ${spread(rates)} |`,
      '',
    ];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds from spawn to the answer to a first request, and what is resident then. */
async function startOnce(start) {
  const before = performance.now();
  const server = await start();
  const readyMs = performance.now() - before;
  // What the reference encrypts, the emulator takes no notice of.
  await askKms(server.url, 'ListKeys', { Plaintext: '' });
  const firstMs = performance.now() - before;
  const residentMb = residentMegabytes(server.pid);
  await server.stop();
  return { readyMs, firstMs, residentMb };
}

async function startTable(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-bench-'));
  const state = join(folder, 'state');
  const rows = [
    { name: 'reference: bare `node:http`', start: startReference },
    {
      name: '**emulator, --ephemeral**',
      start: () => startEmulator('--ephemeral'),
      target: targets.startMs,
      residentTarget: targets.residentMb,
    },
    {
      name: '**emulator, state of an earlier run**',
      start: () => startEmulator(`--state=${state}`),
      target: targets.startMs,
      residentTarget: targets.residentMb,
    },
    {
      name: '**emulator, --ephemeral, seeded**',
      start: () => startEmulator('--ephemeral', `--seed=${seed}`),
      target: targets.startMs,
    },
  ];
  const taken = new Map(rows.map((row) => [row, []]));
  try {
    for (const { start } of rows) await startOnce(start);
    for (let round = 0; round < rounds; round++)
      for (const row of rows) taken.get(row).push(await startOnce(row.start));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const whole = (number) => number.toFixed(0);
  return [
    '#### Emulator, start',
    '',
    '| | ready, ms | first answer, ms | resident, MB |',
    '|---|---|---|---|',
    ...rows.map(({ name, target, residentTarget, ...row }) => {
      const runs = [...taken].find(([{ start }]) => start === row.start)?.[1] ?? [];
      const first = runs.map(({ firstMs }) => firstMs);
      const resident = runs.flatMap(({ residentMb }) => residentMb ?? []);
      const ready = spread(
        runs.map(({ readyMs }) => readyMs),
        whole,
      );
      const memory = resident.length === 0 ? '' : median(resident).toFixed(1);
      return `| ${name} | ${ready} | ${judged(`${name}, first answer, ms`, spread(first, whole), median(first), target, false)} | ${judged(`${name}, resident, MB`, memory, median(resident), residentTarget, false)} |`;
    }),
    '',
  ];
}

function inProcessTable(rounds) {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--no-warnings', join(import.meta.dirname, 'emulator', 'in-process.mjs'), String(rounds)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error('The emulator in a process failed.');
  const { creations, memoryResets, sqliteResets } = JSON.parse(stdout);
  const row = (name, times, target) =>
    `| ${name} | ${judged(`${name}, ms`, spread(times), median(times), target, false)} |`;
  return [
    '#### Emulator in a process',
    '',
    '| warm | ms |',
    '|---|---|',
    row('**`createEmulator()`**', creations, targets.createMs),
    row('**`reset()`**, ten keys later', memoryResets, targets.resetMs),
    row('**`reset()`**, ten keys later, state in SQLite', sqliteResets, targets.resetMs),
    '',
  ];
}

const tables = [
  ['Emulator, requests a second', requestsTable],
  ['Emulator, durable CreateKey', durableTable],
  ['Emulator, start', startTable],
  ['Emulator in a process', inProcessTable],
];

/**
 * The emulator's tables whose titles are wanted, as lines of Markdown.
 *
 * @param {number} rounds
 * @param {(group: { title: string }) => boolean} isWanted
 */
export async function emulatorTables(rounds, isWanted) {
  const lines = [];
  for (const [title, make] of tables) {
    if (!isWanted({ title })) continue;
    process.stderr.write(`node ${process.versions.node}: ${title}\n`);
    // Slots of servers are longer, and starts much longer, than those of functions.
    lines.push(...(await make(Math.max(5, Math.ceil(rounds / 5)))));
  }
  const { kept, missed } = verdicts;
  if (kept + missed.length > 0)
    lines.push(
      '#### Targets of the emulator',
      '',
      `${kept} of ${kept + missed.length} figures keep their target.`,
      '',
      ...missed,
      '',
    );
  return lines;
}
