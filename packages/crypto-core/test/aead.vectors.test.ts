import { createSecretKey } from 'node:crypto';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { openAt, sealAt } from '../src/node/aead.ts';
import { bytesOf, hex } from './fixtures.ts';

interface AeadCase {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly keySize: number;
    readonly ivSize: number;
    readonly tagSize: number;
    readonly tests: readonly (AeadCase & { readonly tcId: number; readonly result: 'valid' | 'invalid' })[];
  }[];
}

/**
 * nonce ‖ ciphertext ‖ tag of a case, sealed by our code in two ways that must agree: in one part and in two.
 */
function seal({ key, iv, aad, msg }: AeadCase): string {
  const secretKey = createSecretKey(bytesOf(key));
  const message = bytesOf(msg);
  const whole = new Uint8Array(28 + message.length);
  sealAt(whole, 0, secretKey, bytesOf(iv), bytesOf(aad), message);
  const split = message.length >> 1;
  const parts = new Uint8Array(28 + message.length);
  sealAt(parts, 0, secretKey, bytesOf(iv), bytesOf(aad), message.subarray(0, split), message.subarray(split));
  expect(hex(parts)).toBe(hex(whole));
  return hex(whole);
}

function open({ key, iv, aad, ct, tag }: AeadCase): string | undefined {
  const plaintext = openAt(bytesOf(iv + ct + tag), 0, createSecretKey(bytesOf(key)), bytesOf(aad));
  return plaintext === undefined ? undefined : hex(plaintext);
}

describe('AES-256-GCM', () => {
  it('gives the answers of Wycheproof', () => {
    const file = evidence.vectors('wycheproof/aes_gcm_test.json');
    if (!file.found) return evidence.missing(file.path);
    const { testGroups } = file.json() as WycheproofFile;
    // Our format has one length of key, nonce and tag; a nonce of another length cannot be expressed.
    const groups = testGroups.filter(
      (group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128,
    );
    let run = 0;
    for (const test of groups.flatMap((group) => group.tests)) {
      run++;
      expect(open(test), `tcId ${test.tcId}`).toBe(test.result === 'valid' ? test.msg : undefined);
      if (test.result === 'valid') expect(seal(test), `tcId ${test.tcId}`).toBe(test.iv + test.ct + test.tag);
    }
    evidence.report('wycheproof/aes_gcm_test.json, 256-bit keys, 96-bit nonces, 128-bit tags', run);
    expect(run).toBeGreaterThan(60);
  });

  it('gives the answers of NIST CAVP', () => {
    const file = evidence.vectors('nist-cavp/gcmEncryptExtIV256.rsp');
    if (!file.found) return evidence.missing(file.path);
    let run = 0;
    for (const test of cavpCases(file.text)) {
      run++;
      expect(seal(test)).toBe(test.iv + test.ct + test.tag);
      expect(open(test)).toBe(test.msg);
    }
    evidence.report('nist-cavp/gcmEncryptExtIV256.rsp, 96-bit nonces, 128-bit tags', run);
    expect(run).toBeGreaterThan(300);
  });
});

/** The cases of the sections with our lengths of nonce and tag. */
function* cavpCases(text: string): Generator<AeadCase> {
  const section = new Map<string, string>();
  for (const block of text.split(/\r?\n\r?\n/)) {
    for (const [, name, value] of block.matchAll(/^\[(\w+) = (\d+)\]/gm))
      section.set(name ?? '', value ?? '');
    const fields = new Map(
      Array.from(block.matchAll(/^(\w+) = ?(\w*)/gm), ([, name, value]) => [name, value ?? '']),
    );
    if (!fields.has('Count') || section.get('IVlen') !== '96' || section.get('Taglen') !== '128') continue;
    const field = (name: string) => {
      const value = fields.get(name);
      if (value === undefined) throw new Error(`A case has no ${name}.`);
      return value;
    };
    yield {
      key: field('Key'),
      iv: field('IV'),
      aad: field('AAD'),
      msg: field('PT'),
      ct: field('CT'),
      tag: field('Tag'),
    };
  }
}
