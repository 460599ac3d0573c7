/*
 * Run by secure-heap.test.ts with `--secure-heap`: prints how many bytes of OpenSSL's secure heap each kind of key takes, what
 * the kernel says of that memory, and what happens when none of it is left.
 */
import { createCipheriv, generateKeyPairSync, secureHeapUsed } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hkdfSha256, openSigningKey, SecretBytes } from '../../src/index.ts';
import { nodeBackend } from '../../src/node/index.ts';
import { newDataKey } from '../backend-fixtures.ts';
import { valueContext } from '../fixtures.ts';

const held: unknown[] = [];

async function bytesFor(make: () => unknown): Promise<number> {
  const { used } = secureHeapUsed();
  held.push(await make());
  return secureHeapUsed().used - used;
}

const secret = SecretBytes.random(32);
const info = new Uint8Array(1);
const taken = {
  'data key that seals': await bytesFor(async () => {
    const pair = await newDataKey(nodeBackend);
    await pair.sealer.sealValue('x', valueContext);
    return pair;
  }),
  'wrapping key': await bytesFor(() => nodeBackend.wrappingKey(SecretBytes.random(32))),
  'derived key': await bytesFor(() => hkdfSha256(nodeBackend, secret, { info, byteLength: 32 })),
  cipher: await bytesFor(() => createCipheriv('aes-256-gcm', secret.reveal(), new Uint8Array(12))),
  'Ed25519 signing key': await bytesFor(() => openSigningKey(nodeBackend, secret)),
  'P-256 private key': await bytesFor(() => generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'RSA private key': await bytesFor(() => generateKeyPairSync('rsa', { modulusLength: 2048 })),
};

/** The kernel's flags of the mapping that is as large as the heap and is left out of cores; undefined where it does not say. */
function flagsOfHeap(byteLength: number): readonly string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  for (const mapping of mappings) {
    const flags = /^VmFlags: (.*)$/m.exec(mapping)?.[1]?.trim().split(' ') ?? [];
    if (mapping.includes(`Size: ${String(byteLength / 1024).padStart(18)} kB`) && flags.includes('dd'))
      return flags;
  }
  return [];
}

/** Makes keys until there is no room; gives the error, or undefined if it never comes. */
function exhaust(): unknown {
  for (let i = 0; i < 10_000; i++) {
    try {
      held.push(generateKeyPairSync('ed25519'));
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

const { total } = secureHeapUsed();
const flags = flagsOfHeap(total);
const failure = exhaust();
process.stdout.write(
  JSON.stringify({ total, taken, flags, failure: String(failure), full: secureHeapUsed().used / total }),
);
