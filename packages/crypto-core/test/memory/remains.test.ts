import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../fixtures.ts';
import { type Finding, findInMemory, memoryAccess, type Pattern } from './process-memory.ts';
import { patternsOf } from './secret-patterns.ts';

interface MaskedSecret {
  readonly name: string;
  readonly mask: string;
  readonly masked: string;
}

interface Remains {
  /** The names of all secrets that were used. */
  readonly secrets: readonly string[];
  /** What was in the process's memory while it held its keys, and after it had let go of them and collected garbage. */
  readonly held: readonly Finding[];
  readonly released: readonly Finding[];
}

const child = fileURLToPath(new URL('remains-child.ts', import.meta.url));

/** Why this machine does not let a process read its child's memory; undefined if it does. */
function whyUnreadable(): string | undefined {
  const access = memoryAccess(process.pid);
  return access === 'readable' ? undefined : `${process.platform}: /proc/<pid>/mem: ${access}`;
}

/** What of its keys is in the memory of a process that uses them; undefined, and said so, where nobody can look. */
async function remainsOf(...options: readonly string[]): Promise<Remains | undefined> {
  const reason = whyUnreadable();
  if (reason !== undefined) {
    evidence.missing(reason);
    expect(process.platform === 'linux' ? reason : 'no /proc here').toMatch(/EACCES|EPERM|ENOENT|no \/proc/);
    return undefined;
  }
  const flags = ['--expose-gc', '--conditions=@keyfold/source'];
  const user = spawn(process.execPath, [...flags, child, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(user, 'exit');
  const lines = createInterface({ input: user.stdout })[Symbol.asyncIterator]();
  const pid = user.pid ?? 0;
  const secrets: readonly MaskedSecret[] = JSON.parse(String((await lines.next()).value));
  const patterns = secrets.flatMap(patternsOfMasked);
  const held = findInMemory(pid, patterns);
  user.stdin.write('\n');
  await lines.next();
  const released = findInMemory(pid, patterns);
  user.stdin.write('\n');
  expect(await exit).toEqual([0, null]);
  return { secrets: secrets.map(({ name }) => name), held, released };
}

/** A secret's patterns, and for a data key those of what is derived from it. */
function patternsOfMasked({ name, mask, masked }: MaskedSecret): readonly Pattern[] {
  const maskBytes = bytesOf(mask);
  const secret = bytesOf(masked).map((byte, i) => byte ^ (maskBytes[i] ?? 0));
  const patterns = [...patternsOf(name, secret)];
  if (!name.endsWith('data key')) return patterns;
  for (const purpose of ['encryption', 'stream']) {
    const info = Buffer.concat([Buffer.from(`keyfold/v1/data-key/${purpose}`), Buffer.of(1, 1)]);
    patterns.push(
      ...patternsOf(`${name}'s ${purpose} key`, createHmac('sha256', secret).update(info).digest()),
    );
  }
  return patterns;
}

/** What lies where, each once, sorted. */
function placesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ name, region }) => `${name}, in ${region}`))].sort();
}

function namesOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.map(({ name }) => name))].sort();
}

/**
 * Raw copies that stay in memory and are not in our hands, each with its reason; docs/threat-model.md says so. From run to run
 * they are there or something else has been written over them. Any other one is ours, and fails.
 */
interface ForeignCopy {
  /** Its secret and its memory, as they are printed. */
  readonly place: RegExp;
  readonly backend: 'node' | 'web' | 'both';
  /** The first version of Node that leaves it no more; undefined where none is known. */
  readonly until?: number;
}

const foreignCopies: readonly ForeignCopy[] = [
  // None of this package's code runs on other threads: it is OpenSSL's, of the work that Node gives to its pool.
  { place: /, raw, in \[stack of a thread\]$/, backend: 'both' },
  // `wrapKey` exports the key into a buffer that it leaves to the collector, and `unwrapKey` decrypts it into another.
  { place: /^AES key wrap: key, raw/, backend: 'web' },
  // `deriveBits` exported the password of PBKDF2 into a buffer of its own, which it left to the collector.
  { place: /^password: password, raw/, backend: 'web', until: 24 },
  // A PKCS #8 goes through buffers of OpenSSL's decoder when it is imported; ours are wiped, as web-secrets.test.ts holds.
  { place: /^signing key: seed, raw/, backend: 'web' },
];

function isForeign(place: string, on: string): boolean {
  const version = Number.parseInt(process.versions.node, 10);
  return foreignCopies.some(
    ({ place: known, backend, until = Number.POSITIVE_INFINITY }) =>
      known.test(place) && (backend === 'both' || backend === on) && version < until,
  );
}

describe.each(['node', 'web'])(
  'a process whose keys were disposed of and collected, by the backend %s',
  (name) => {
    it('holds no piece of any of them, and never held one as text', { timeout: 120_000 }, async () => {
      const remains = await remainsOf(name);
      if (remains === undefined) return;
      const { secrets, held, released } = remains;
      // The control: while they are held, each is found, and so is what data keys encrypt with.
      const raw = secrets.map((secret) => `${secret}, raw`);
      expect(namesOf(held)).toEqual(
        expect.arrayContaining([...raw, "data key: data key's encryption key, raw"]),
      );
      expect(namesOf(held).filter((finding) => !finding.endsWith(', raw'))).toEqual([]);
      const left = placesOf(released);
      process.stdout.write(`left in memory (${name}): ${left.join('; ') || 'nothing'}\n`);
      expect(left.filter((place) => !isForeign(place, name))).toEqual([]);
      evidence.report(`keys looked for in memory (${name})`, secrets.length);
    });
  },
);

it('a key that leaks is found in every form', { timeout: 120_000 }, async () => {
  const remains = await remainsOf('node', 'leaking');
  if (remains === undefined) return;
  expect(namesOf(remains.released)).toEqual(
    expect.arrayContaining([
      'leaked, base64',
      'leaked, base64url',
      'leaked, decimal',
      'leaked, hex',
      'leaked, hex in UTF-16',
      'leaked, raw',
    ]),
  );
});
