import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  createBackupCodes,
  parseShareText,
  SecretBytes,
  shareToText,
  splitSecret,
  verifyBackupCode,
} from '../src/index.ts';
import { isUint8Array } from '../src/type-checks.ts';
import { backends } from './backends.ts';
import { codeOf, dataKeyPair, valueContext } from './fixtures.ts';

/* Where a lenient reader would take one thing for another. */

/** What upper case makes ASCII letters of that were none. */
const lookalikes: readonly (readonly [string, string])[] = [
  ['S', 'ſ'],
  ['S', 'ﬆ'],
  ['S', 'ﬅ'],
  ['K', '\u212a'],
  ['1', 'ı'],
  ['S', 'ß'],
];

describe.each(backends)('on %s', (_, backend) => {
  it.each(lookalikes)('a %s is not also written %s, in a share or a backup code', async (right, wrong) => {
    let tried = 0;
    while (tried === 0) {
      const [share] = await splitSecret(SecretBytes.random(32), { backend, threshold: 2, count: 3 });
      const [title = '', ...lines] = (share === undefined ? '' : shareToText(share)).split('\n');
      const at = lines.findIndex((line) => line.includes(right));
      if (at < 0) continue;
      lines[at] = (lines[at] ?? '').replace(right, wrong);
      expect(codeOf(() => parseShareText([title, ...lines].join('\n')))).toBe('share_invalid');
      tried++;
    }
    const codes = await createBackupCodes(backend, 40);
    const found = codes.find(({ code }) => code.includes(right));
    const stored = codes.map((code) => code.stored);
    const entered = found?.code.replace(right, wrong) ?? '';
    expect(await verifyBackupCode(backend, entered, stored)).toBeUndefined();
    expect(await verifyBackupCode(backend, found?.code ?? '', stored)).not.toBeUndefined();
  });
});

describe('bytes', () => {
  it('are told by what they are, not by what they say they are', () => {
    const view = new DataView(new ArrayBuffer(8));
    Object.defineProperty(view, Symbol.toStringTag, { value: 'Uint8Array' });
    const words = new Uint16Array(4);
    Object.defineProperty(words, Symbol.toStringTag, { value: 'Uint8Array' });
    const bare = Object.setPrototypeOf(new Uint8Array(2), Object.create(null)); // it cannot say how long it is
    const foreign: unknown = runInNewContext('new Uint8Array(2)');
    expect(foreign).not.toBeInstanceOf(Uint8Array);
    expect([view, words, bare, {}, null, 7].map(isUint8Array)).not.toContain(true);
    expect([foreign, Buffer.alloc(2), new Uint8Array()].map(isUint8Array)).toEqual([true, true, true]);
  });
});

describe('JSON', () => {
  const { sealer } = dataKeyPair();

  it.each([
    ['a member named by a symbol', { a: 1, [Symbol('b')]: 2 }],
    ['a hidden member', Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: false })],
    ['either, further down', { a: [{ [Symbol('b')]: 2 }] }],
  ])('with %s is refused, because that would be lost', (_, value) => {
    expect(codeOf(() => sealer.sealValue(value, valueContext))).toBe('unsupported_value');
  });
});
