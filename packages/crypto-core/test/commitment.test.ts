import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ValueContext } from '../src/encryption-context.ts';
import { dataKeyHeader, encodeRecordHeader, parseRecordHeader, SecretBytes } from '../src/index.ts';
import { NodeDataKey } from '../src/node/node-data-key.ts';
import { codeOf } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { valueContext } from './fixtures.ts';

/*
 * AES-GCM does not commit to its key: a ciphertext can be made that opens under two of them, to different plaintexts, with one
 * tag (Dodis et al., "Fast Message Franking", 2018). Here such a one is made, to show that the format refuses it.
 */

/** A block as an element of GF(2¹²⁸): the first bit is the coefficient of 1 (NIST SP 800-38D §6.3). */
const elementOf = (block: Uint8Array): bigint => BigInt(`0x${Buffer.from(block).toString('hex')}`);
const blockOf = (element: bigint): Buffer => Buffer.from(element.toString(16).padStart(32, '0'), 'hex');

function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ (0xe1n << 120n) : shifted >> 1n;
  }
  return product;
}

function power(a: bigint, exponent: bigint): bigint {
  let result = 1n << 127n; // the element 1
  for (let square = a, left = exponent; left > 0n; left >>= 1n, square = multiply(square, square)) {
    if (left & 1n) result = multiply(result, square);
  }
  return result;
}

const inverse = (a: bigint): bigint => power(a, 2n ** 128n - 2n);

function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(block);
}

/** The key stream's block `counter` and the mask of the tag, which is the block 1 (§7.1). */
function counterBlock(key: Uint8Array, nonce: Uint8Array, counter: number): Buffer {
  return encryptBlock(key, Buffer.concat([nonce, Uint8Array.of(0, 0, 0, counter)]));
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, new Uint8Array((16 - (bytes.length % 16)) % 16)]);
}

function tagOf(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): bigint {
  const lengths = Buffer.alloc(16);
  lengths.writeUInt32BE(aad.length * 8, 4);
  lengths.writeUInt32BE(ciphertext.length * 8, 12);
  const blocks = Buffer.concat([padded(aad), padded(ciphertext), lengths]);
  const h = elementOf(encryptBlock(key, Buffer.alloc(16)));
  let hash = 0n;
  for (let at = 0; at < blocks.length; at += 16)
    hash = multiply(hash ^ elementOf(blocks.subarray(at, at + 16)), h);
  return hash ^ elementOf(counterBlock(key, nonce, 1));
}

/** nonce ‖ ciphertext of two blocks ‖ tag that opens under both keys, to content of the type `bytes` under both. */
function madeForBoth(one: Uint8Array, two: Uint8Array, aad: Uint8Array): Buffer {
  const nonce = Buffer.alloc(12);
  const typeOf = (key: Uint8Array): number => counterBlock(key, nonce, 2)[0] ?? 0;
  while (typeOf(one) !== typeOf(two)) nonce.writeUInt32BE(nonce.readUInt32BE(8) + 1, 8);
  const ciphertext = Buffer.alloc(32);
  ciphertext[0] = typeOf(one); // decrypts to type 0
  // The second block stands before the lengths, so that it counts with H²: one linear equation in it.
  const difference = tagOf(one, nonce, aad, ciphertext) ^ tagOf(two, nonce, aad, ciphertext);
  const weight = [one, two]
    .map((key) => power(elementOf(encryptBlock(key, Buffer.alloc(16))), 2n))
    .reduce((a, b) => a ^ b);
  blockOf(multiply(difference, inverse(weight))).copy(ciphertext, 16);
  return Buffer.concat([nonce, ciphertext, blockOf(tagOf(one, nonce, aad, ciphertext))]);
}

describe.each(backends)('one ciphertext for two data keys, on %s', (_, backend) => {
  it('opens under both for AES-GCM, and under one for the format', async () => {
    const aad = ValueContext.aadOf(valueContext);
    const secrets = [SecretBytes.random(32), SecretBytes.random(32)] as const;
    const [one, two] = secrets.map((secret) => new NodeDataKey(secret).encryptionKey().export());
    if (one === undefined || two === undefined) throw new Error('No keys.');
    const sealed = madeForBoth(one, two, aad);

    const opened: (Uint8Array | undefined)[] = [];
    for (const key of [one, two]) {
      using aes = await backend.primitives.aesGcmKey(SecretBytes.take(Uint8Array.from(key)));
      opened.push(await aes.open(sealed.subarray(0, 12), sealed.subarray(12), aad));
    }
    expect(opened.map((plaintext) => plaintext?.[0])).toEqual([0, 0]);
    expect(opened[0]).not.toEqual(opened[1]);

    const wrapping = { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) };
    const commitments = await Promise.all(secrets.map(async (secret) => backend.commitmentOf(secret)));
    const [first, second] = commitments.map((commitment) => dataKeyHeader(wrapping, commitment));
    if (first === undefined || second === undefined) throw new Error('No headers.');
    const valueUnder = (header: typeof first) => Uint8Array.of(0xf5, ...header.bytes, ...sealed);

    const opener = await backend.openDataKey(first, secrets[0].clone());
    expect(await opener.openValue(valueUnder(first), valueContext)).toEqual(opened[0]?.subarray(1));
    // The second key under the first one's header, at once; and the second one's value under the first key.
    const again = parseRecordHeader(encodeRecordHeader(first));
    expect(await codeOf(() => backend.openDataKey(again, secrets[1].clone()))).toBe('commitment_mismatch');
    expect(await codeOf(() => opener.openValue(valueUnder(second), valueContext))).toBe(
      'integrity_check_failed',
    );
  });
});
