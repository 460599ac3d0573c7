// The installed emulator on a Node that it supports: it starts, answers, and says which keys this Node does not have.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Key specs that Node 22 has no keys for, with their usages. */
const postQuantum = { ML_DSA_44: 'SIGN_VERIFY', ML_KEM_512: 'ENCAPSULATE_DECAPSULATE' };

/**
 * Starts the emulator's command, has `use` ask its AWS KMS, and ends it with SIGTERM.
 *
 * @param {string} node the runtime
 * @param {string} main the command's file
 * @param {string[]} args
 * @param {(ask: (operation: string, members?: object) => Promise<object>) => Promise<void>} use
 */
export async function withEmulatorOn(node, main, args, use) {
  const child = spawn(node, [main, '--port=0', '--https-port=0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  try {
    let url;
    for await (const line of createInterface({ input: child.stdout })) {
      url ??= /^ {2}HTTP +(\S+)/.exec(line)?.[1];
      if (line.includes('Ctrl-C ends it')) break;
    }
    assert.ok(url !== undefined, `the emulator starts: ${complaint}`);
    child.stdout.resume();
    await use((operation, members = {}) => ask(url, operation, members));
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await exited;
  assert.equal(code, 0, `the emulator ends in order: ${complaint}`);
}

async function ask(url, operation, members) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` },
    body: JSON.stringify(members),
  });
  return await response.json();
}

/** @returns {Promise<string[]>} the keys that were made, one of each post-quantum kind */
export async function makePostQuantumKeys(ask) {
  const made = [];
  for (const [KeySpec, KeyUsage] of Object.entries(postQuantum)) {
    const { KeyMetadata } = await ask('CreateKey', { KeySpec, KeyUsage });
    assert.equal(KeyMetadata?.KeySpec, KeySpec);
    made.push(KeyMetadata.KeyId);
  }
  return made;
}

/** That it lists keys, encrypts and decrypts. */
export async function checkKeys(ask) {
  const { KeyMetadata } = await ask('CreateKey');
  const { Keys } = await ask('ListKeys');
  assert.ok(Keys.some(({ KeyId }) => KeyId === KeyMetadata.KeyId));
  const Plaintext = Buffer.from('sealed here').toString('base64');
  const { CiphertextBlob } = await ask('Encrypt', { KeyId: KeyMetadata.KeyId, Plaintext });
  assert.equal((await ask('Decrypt', { CiphertextBlob })).Plaintext, Plaintext);
}

/** @param {string[]} madeElsewhere keys of such kinds in the state, that a newer Node has made */
export async function checkPostQuantumIsRefused(ask, madeElsewhere) {
  for (const [KeySpec, KeyUsage] of Object.entries(postQuantum))
    isUnsupported(await ask('CreateKey', { KeySpec, KeyUsage }));
  for (const KeyId of madeElsewhere) isUnsupported(await ask('GetPublicKey', { KeyId }));
}

function isUnsupported({ __type, message }) {
  assert.equal(__type, 'UnsupportedOperationException');
  assert.match(message, /^Keys of type ml-(dsa|kem)\b.* not available .* on this version of Node\.$/i);
}
