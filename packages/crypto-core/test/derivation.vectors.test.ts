import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { nodeBackend } from '../src/node/index.ts';
import { bytesOf, codeOf, hex, secretOf } from './fixtures.ts';

interface HkdfFile {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number;
      readonly ikm: string;
      readonly salt: string;
      readonly info: string;
      readonly size: number;
      readonly okm: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

interface MacFile {
  readonly testGroups: readonly {
    readonly tagSize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

function hkdf(ikm: string, salt: string, info: string, byteLength: number): string {
  const options = { salt: bytesOf(salt), info: bytesOf(info), byteLength };
  return hex(nodeBackend.hkdfSha256(secretOf(ikm), options).reveal());
}

describe('HKDF-SHA256', () => {
  it('gives the answers of RFC 5869', () => {
    const file = evidence.vectors('rfc5869/rfc-5869-HKDF-SHA256.txt');
    if (!file.found) return evidence.missing(file.path);
    const pattern =
      /^IKM *= *(\w*)\nsalt *= *(\w*)\ninfo *= *(\w*)\nL *= *(\d+)\n\s*PRK *= *\w+\nOKM *= *(\w+)/gm;
    let run = 0;
    for (const [, ikm = '', salt = '', info = '', length, okm] of file.text.matchAll(pattern)) {
      run++;
      expect(hkdf(ikm, salt, info, Number(length))).toBe(okm);
    }
    evidence.report('rfc5869/rfc-5869-HKDF-SHA256.txt', run);
    expect(run).toBe(3);
  });

  it('gives the answers of Wycheproof', () => {
    const file = evidence.vectors('wycheproof/hkdf_sha256_test.json');
    if (!file.found) return evidence.missing(file.path);
    const tests = (file.json() as HkdfFile).testGroups.flatMap((group) => group.tests);
    for (const { tcId, ikm, salt, info, size, okm, result } of tests) {
      if (result === 'valid') expect(hkdf(ikm, salt, info, size), `tcId ${tcId}`).toBe(okm);
      else
        expect(
          codeOf(() => hkdf(ikm, salt, info, size)),
          `tcId ${tcId}`,
        ).toBe('invalid_argument');
    }
    evidence.report('wycheproof/hkdf_sha256_test.json', tests.length);
    expect(tests.length).toBeGreaterThan(80);
  });
});

describe('HMAC-SHA256', () => {
  it('gives the answers of Wycheproof', () => {
    const file = evidence.vectors('wycheproof/hmac_sha256_test.json');
    if (!file.found) return evidence.missing(file.path);
    let run = 0;
    for (const { tagSize, tests } of (file.json() as MacFile).testGroups) {
      for (const { tcId, key, msg, tag, result } of tests) {
        run++;
        const computed = nodeBackend.hmacSha256(secretOf(key), bytesOf(msg)).subarray(0, tagSize / 8);
        const equal = nodeBackend.constantTimeEqual(computed, bytesOf(tag));
        expect(equal, `tcId ${tcId}`).toBe(result === 'valid');
      }
    }
    evidence.report('wycheproof/hmac_sha256_test.json', run);
    expect(run).toBeGreaterThan(150);
  });
});
