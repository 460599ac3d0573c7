/*
 * Run by remains.test.ts in a process of its own: uses keys in every way, holds them while its parent looks into its memory,
 * lets go of them, and lets its parent look again. It never writes a secret down: its parent learns them masked, the mask
 * beside them.
 *
 *   node --expose-gc --conditions=@keyfold/source remains-child.ts <backend> [leaking]
 */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { type CryptoBackend, SecretBytes } from '../../src/index.ts';
import { backends } from '../backends.ts';
import { type Use, uses } from './uses.ts';

const backend = backends.find(([name]) => name === process.argv[2])?.[1];
if (backend === undefined) throw new Error('The first argument names a backend.');
const collect = globalThis.gc;
if (collect === undefined) throw new Error('Run with --expose-gc.');

/** Kept in every form that is looked for: the control, which shows that they would be found. */
const leaked: unknown[] = [];

function leak(secret: Uint8Array): void {
  const bytes = Buffer.from(secret);
  leaked.push(Uint8Array.from(bytes.subarray(8, 16)), bytes.toString('hex'), JSON.stringify(secret));
  // A character beyond Latin-1 makes all of a string's characters take two bytes; parsing makes it one piece.
  leaked.push(JSON.parse(JSON.stringify(`漢${bytes.toString('hex').toUpperCase()}`)));
  for (const before of ['', 'x', 'xy']) {
    const longer = Buffer.concat([Buffer.from(before), bytes]);
    leaked.push(longer.toString('base64'), longer.toString('base64url'));
    longer.fill(0);
  }
  bytes.fill(0);
}

/** Random bytes, and the secret's bytes xor these. */
interface MaskedSecret {
  readonly name: string;
  readonly mask: string;
  readonly masked: string;
}

const seen: MaskedSecret[] = [];

function watch(name: string, secret: Uint8Array): void {
  const mask = crypto.getRandomValues(new Uint8Array(secret.byteLength));
  const masked = new Uint8Array(secret.byteLength);
  for (let i = 0; i < masked.length; i++) masked[i] = (secret[i] ?? 0) ^ (mask[i] ?? 0);
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  seen.push({ name, mask: hex(mask), masked: hex(masked) });
}

/** Tells the parent, and waits until it has looked. */
async function shown(message: unknown): Promise<void> {
  process.stdout.write(`${JSON.stringify(message)}\n`);
  await once(process.stdin, 'data');
}

/** One round of uses; what it returns lets go of all that it holds. */
async function useAll(backend: CryptoBackend): Promise<() => void> {
  const releases: (() => void)[] = [];
  for (const [name, use] of Object.entries<Use>(uses)) {
    releases.push(await use(backend, (part, secret) => watch(`${name}: ${part}`, secret)));
  }
  return () => {
    for (const release of releases.splice(0)) release();
  };
}

let release: (() => void) | undefined = await useAll(backend);
if (process.argv[3] === 'leaking') {
  const secret = SecretBytes.random(32);
  watch('leaked', secret.reveal());
  leak(secret.reveal());
  secret.dispose();
}
await shown(seen.splice(0));
release();
release = undefined;
for (let round = 0; round < 5; round++) {
  await setImmediate(); // what a finished promise or callback still held
  collect();
}
await shown({ leaked: leaked.length });
process.stdin.destroy();
