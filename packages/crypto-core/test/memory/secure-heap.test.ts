import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { evidence } from '@keyfold/test-support';
import { expect, it } from 'vitest';

/* The facts on which docs/decisions/0010-secure-heap.md rests. A Node that changes one of them asks for another decision. */

const child = fileURLToPath(new URL('secure-heap-child.ts', import.meta.url));

interface Facts {
  readonly total: number;
  readonly taken: Readonly<Record<string, number>>;
  readonly flags?: readonly string[];
  readonly failure: string;
  readonly full: number;
}

it("Node's secure heap holds private keys of signatures, and no key with which data is encrypted", async () => {
  if (process.platform === 'win32') {
    evidence.missing("Node's secure heap, which Windows does not have");
    return;
  }
  const flags = ['--secure-heap=65536', '--conditions=@keyfold/source'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, child]);
  const facts: Facts = JSON.parse(stdout);
  process.stdout.write(`secure heap: ${stdout}\n`);
  expect(facts.total).toBe(65_536);
  expect(facts.taken).toEqual({
    'data key that seals': 0,
    'wrapping key': 0,
    'derived key': 0,
    cipher: 0,
    'Ed25519 signing key': 32,
    'P-256 private key': expect.toSatisfy((bytes: number) => bytes >= 32),
    'RSA private key': expect.toSatisfy((bytes: number) => bytes >= 256),
  });
  // dd: left out of cores. That it is locked (lo) depends on the machine's limits; where it is not, Node warns and goes on.
  if (facts.flags !== undefined) expect(facts.flags).toContain('dd');
  // It is used up by keys that are held, and then making one fails: nothing falls back to other memory.
  expect(facts.failure).toContain('secure malloc failure');
  expect(facts.full).toBeGreaterThan(0.9);
});
