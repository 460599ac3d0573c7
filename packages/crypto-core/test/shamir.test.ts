import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  combineShares,
  isKeyfoldError,
  parseShare,
  parseShareText,
  SecretBytes,
  type SecretShare,
  ShareInvalidError,
  SharesMissingError,
  shareToText,
  splitSecret,
  verifyShare,
} from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { checkSymbols } from '../src/shamir/line-code.ts';
import { secretCheck } from '../src/shamir/secret-check.ts';
import { buildTree, leafOf, pathOf } from '../src/shamir/share-tree.ts';
import { dealShares } from '../src/shamir/split-secret.ts';
import { backends } from './backends.ts';
import { hex, secretOf } from './fixtures.ts';

const secretHex = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const split = (threshold: number, count: number): Promise<readonly SecretShare[]> =>
  splitSecret(secretOf(secretHex), { backend: nodeBackend, threshold, count });

async function refusalOf(call: () => unknown): Promise<ShareInvalidError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ShareInvalidError) return error;
    throw error;
  }
  throw new Error('It did not throw.');
}

function pick(shares: readonly SecretShare[], ...indexes: number[]): SecretShare[] {
  return indexes.map((index) => {
    const share = shares[index - 1];
    if (share === undefined) throw new Error(`There is no share ${index}.`);
    return share;
  });
}

function changed(share: SecretShare | undefined, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = share?.reveal().slice() ?? new Uint8Array();
  change(bytes);
  return bytes;
}

describe.each(backends)('shares on %s', (_name, backend) => {
  it('recombine from any threshold of them, and from more', async () => {
    const shares = await splitSecret(secretOf(secretHex), { backend, threshold: 3, count: 5 });
    for (const indexes of [
      [1, 2, 3],
      [5, 3, 1],
      [2, 4, 5],
      [4, 3, 2, 1],
      [1, 2, 3, 4, 5],
    ]) {
      using secret = await combineShares(pick(shares, ...indexes), { backend });
      expect(hex(secret.reveal())).toBe(secretHex);
    }
  });

  it.each([
    [2, 3, 1],
    [254, 255, 32],
    [2, 255, 255],
    [2, 4, 16],
  ])('hold at the bounds: %i of %i, %i bytes', async (threshold, count, byteLength) => {
    const original = SecretBytes.random(byteLength);
    const shares = await splitSecret(original, { backend, threshold, count });
    using secret = await combineShares(shares.slice(-threshold), { backend });
    expect(hex(secret.reveal())).toBe(hex(original.reveal()));
    expect(new Set(shares.map((share) => share.reveal().byteLength)).size).toBe(1);
  });

  it('are checked one by one, each against its own set and the expected one', async () => {
    const [share] = await split(2, 5);
    const [stranger] = await split(2, 5);
    if (share === undefined || stranger === undefined) throw new Error('no share');
    await verifyShare(share, { backend, setId: share.setId });
    await verifyShare(stranger, { backend });
    const refusal = await refusalOf(() => verifyShare(stranger, { backend, setId: share.setId }));
    expect(refusal).toMatchObject({ code: 'share_invalid', reason: 'other_set', place: { index: 1 } });
  });

  it('are named at once when any single bit of them is changed', async () => {
    const shares = await split(2, 3);
    const bitCount = (shares[1]?.reveal().byteLength ?? 0) * 8;
    for (let bit = 0; bit < bitCount; bit++) {
      const bytes = changed(shares[1], (copy) => {
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      });
      const refusal = await refusalOf(() => verifyShare(parseShare(bytes), { backend }));
      // The header says what the rest is; from the set id on every bit is under the commitment.
      if (bit >= 48) expect(refusal).toMatchObject({ reason: 'altered', place: { index: 2 } });
    }
  });
});

describe('what combineShares refuses', () => {
  const options = { backend: nodeBackend };

  it('too few, and says how many are needed', async () => {
    const shares = await split(3, 5);
    for (const few of [[], pick(shares, 1), pick(shares, 5, 2)]) {
      const error: unknown = await combineShares(few, options).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(SharesMissingError);
      expect(error).toMatchObject({ code: 'shares_missing', present: few.length });
    }
  });

  it('a share given twice, instead of taking it for two', async () => {
    const shares = await split(2, 3);
    const refusal = await refusalOf(() => combineShares(pick(shares, 2, 2), options));
    expect(refusal).toMatchObject({ reason: 'duplicate', place: { index: 2, position: 1 } });
  });

  it('shares of two sets of one secret, naming the one that is not like the others', async () => {
    const shares = await split(3, 5);
    const others = await split(3, 5);
    const refusal = await refusalOf(() =>
      combineShares([...pick(others, 4), ...pick(shares, 1, 2)], options),
    );
    expect(refusal).toMatchObject({ reason: 'other_set', place: { index: 4, position: 0 } });
  });

  it('an altered share among right ones, by its number and place', async () => {
    const shares = await split(2, 3);
    const bytes = changed(shares[2], (copy) => copy.fill(0x55, 60, 62));
    const refusal = await refusalOf(() => combineShares([...pick(shares, 1), parseShare(bytes)], options));
    expect(refusal).toMatchObject({ reason: 'altered', place: { index: 3, position: 1 } });
  });

  it('authentic shares of something that was not shared by this scheme', async () => {
    // A dealer who commits to values that lie on no polynomial with a right check value at 0.
    const shape = { threshold: 2, count: 3, secretByteLength: 16 };
    const values = [1, 2, 3].map((x) => new Uint8Array(32).fill(x * 7));
    const blinding = new Uint8Array(32);
    const leaves: Uint8Array[] = [];
    for (const [i, value] of values.entries()) {
      leaves.push(await leafOf(nodeBackend, shape, i + 1, blinding, value));
    }
    const tree = await buildTree(nodeBackend, shape, leaves);
    const shares = values.map((value, i) =>
      parseShare(
        Buffer.concat([
          Uint8Array.of(0xfa, 1, 2, 3, i + 1, 16),
          ...(tree.at(-1) ?? []),
          blinding,
          value,
          ...pathOf(tree, i),
        ]),
      ),
    );
    const refusal = await refusalOf(() => combineShares(shares, options));
    expect(refusal.reason).toBe('secret_check_failed');
  });
});

describe('combineShares', () => {
  it('wipes what it recombined, and the secret too where it refuses it', async () => {
    const compared: Uint8Array[] = [];
    const keys: SecretBytes[] = [];
    const backend = {
      ...nodeBackend,
      hmacSha256(key: SecretBytes, data: Uint8Array): Uint8Array {
        keys.push(key);
        return nodeBackend.hmacSha256(key, data);
      },
      constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
        compared.push(b);
        return a.byteLength === b.byteLength && b.byteLength === 16 && compared.length <= 2;
      },
    };
    const refusal = await refusalOf(async () => combineShares((await split(2, 3)).slice(1), { backend }));
    expect(refusal.reason).toBe('secret_check_failed');
    const payload = new Uint8Array(compared.at(-1)?.buffer ?? new ArrayBuffer(0));
    expect(payload.byteLength).toBe(32 + 16);
    expect(payload.every((byte) => byte === 0)).toBe(true);
    expect(keys.map((key) => key.disposed)).toEqual([true]);
  });
});

describe('what parseShare refuses', () => {
  it.each<[string, number, number, string]>([
    ['another form', 0, 0xf5, 'not_a_share'],
    ['another version', 1, 2, 'not_a_share'],
    ['a threshold of 1', 2, 1, 'threshold_out_of_range'],
    ['a threshold that is the count', 2, 5, 'threshold_out_of_range'],
    ['a threshold above the count', 2, 200, 'threshold_out_of_range'],
    ['x = 0, where the secret lies', 4, 0, 'index_out_of_range'],
    ['x above the count', 4, 6, 'index_out_of_range'],
    ['an empty secret', 5, 0, 'wrong_length'],
    ['a length that is not its own', 5, 31, 'wrong_length'],
  ])('%s', async (_what, at, value, reason) => {
    const [share] = await split(3, 5);
    const bytes = changed(share, (copy) => {
      copy[at] = value;
    });
    expect((await refusalOf(() => parseShare(bytes))).reason).toBe(reason);
  });

  it('every truncation, and an extension', async () => {
    const [share] = await split(2, 3);
    const bytes = share?.reveal() ?? new Uint8Array();
    for (let length = 0; length < bytes.byteLength; length++) {
      await refusalOf(() => parseShare(bytes.slice(0, length)));
    }
    expect((await refusalOf(() => parseShare(Buffer.concat([bytes, Buffer.alloc(1)])))).reason).toBe(
      'wrong_length',
    );
    expect((await refusalOf(() => parseShare(new Uint8Array(5000)))).reason).toBe('wrong_length');
  });
});

describe('splitSecret', () => {
  it.each([
    [1, 3],
    [3, 3],
    [4, 3],
    [2, 256],
    [2.5, 4],
    [Number.NaN, 3],
  ])('refuses %d of %d', async (threshold, count) => {
    await expect(split(threshold, count)).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('refuses an empty secret and one of more than 255 bytes', async () => {
    for (const length of [0, 256]) {
      const shares = splitSecret(SecretBytes.random(length), {
        backend: nodeBackend,
        threshold: 2,
        count: 3,
      });
      await expect(shares).rejects.toMatchObject({ code: 'invalid_argument' });
    }
  });

  it('leaves the secret to its owner, and zeroises all randomness that it used', async () => {
    const drawn: SecretBytes[] = [];
    const secret = secretOf(secretHex);
    await dealShares(secret, { backend: nodeBackend, threshold: 3, count: 5 }, (byteLength) => {
      const random = SecretBytes.random(byteLength);
      drawn.push(random);
      return random;
    });
    expect(secret.disposed).toBe(false);
    expect(drawn).toHaveLength(2 + 5);
    expect(drawn.every((random) => random.disposed)).toBe(true);
  });

  it('wipes the copies of shares that it hashes', async () => {
    const hashed: Uint8Array[] = [];
    const backend = {
      ...nodeBackend,
      sha256(data: Uint8Array): Uint8Array {
        hashed.push(data);
        return nodeBackend.sha256(data);
      },
    };
    await splitSecret(secretOf(secretHex), { backend, threshold: 2, count: 3 });
    expect(hashed).toHaveLength(3 + 2 + 1);
    expect(hashed.every((data) => data.every((byte) => byte === 0))).toBe(true);
  });

  it('puts the check value, which would confirm a guess of the secret, into no share in the open', async () => {
    const secret = secretOf(secretHex);
    const [share] = await splitSecret(secret, { backend: nodeBackend, threshold: 2, count: 3 });
    const check = await secretCheck(nodeBackend, secret, {
      threshold: 2,
      count: 3,
      secretByteLength: 32,
    });
    expect(hex(share?.reveal() ?? new Uint8Array())).not.toContain(hex(check));
  });
});

describe('a share', () => {
  it('prints without its bytes, and is zeroised on disposal', async () => {
    const [share] = await split(2, 3);
    if (share === undefined) throw new Error('no share');
    const view = share.reveal();
    const valueText = hex(share.revealValue());
    for (const print of [inspect(share), JSON.stringify(share), `${share}`]) {
      expect(print).not.toContain(valueText.slice(0, 8));
    }
    expect(`${share}`).toBe('[SecretShare: 1 of 3, 2 needed]');
    share[Symbol.dispose]();
    expect(view.every((byte) => byte === 0)).toBe(true);
    expect(() => shareToText(share)).toThrow(expect.objectContaining({ code: 'secret_disposed' }));
  });

  it('carries its reason and place into JSON', async () => {
    const refusal = await refusalOf(() => parseShare(new Uint8Array(3)));
    expect(isKeyfoldError(refusal)).toBe(true);
    expect(JSON.parse(JSON.stringify(refusal))).toMatchObject({ reason: 'not_a_share', place: {} });
  });
});

describe('a share on paper', () => {
  const text = async (): Promise<string> => {
    const [, share] = await split(3, 5);
    if (share === undefined) throw new Error('no share');
    return shareToText(share);
  };
  const replaceAt = (line: string, at: number, by: string): string =>
    line.slice(0, at) + by + line.slice(at + 1);

  it('comes back as the same bytes', async () => {
    for (const share of await split(3, 5)) {
      expect(hex(parseShareText(shareToText(share)).reveal())).toBe(hex(share.reveal()));
    }
  });

  it('may be typed in another case, spacing and with O, I and L for 0 and 1', async () => {
    const printed = await text();
    const typed = printed
      .split('\n')
      .map((line, i) =>
        i === 0 ? line : line.replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', '  '),
      )
      .join('\r\n\r\n');
    expect(hex(parseShareText(` ${typed.toUpperCase()} \n`).reveal())).toBe(
      hex(parseShareText(printed).reveal()),
    );
  });

  it('locates every single wrong character', async () => {
    const lines = (await text()).split('\n');
    for (const [lineNumber, line] of lines.entries()) {
      if (lineNumber === 0) continue;
      for (let at = 0; at < line.length; at++) {
        if (line[at] === '-') continue;
        const wrong = line[at] === '7' ? '8' : '7';
        const typed = lines.with(lineNumber, replaceAt(line, at, wrong)).join('\n');
        const refusal = await refusalOf(() => parseShareText(typed));
        expect(refusal).toMatchObject({
          reason: 'mistyped',
          place: { line: lineNumber, group: Math.floor(at / 6) + 1, character: (at % 6) + 1 },
        });
      }
    }
  });

  it('names the line of any two wrong characters, of a missing and of a surplus one', async () => {
    const lines = (await text()).split('\n');
    const line = lines[3] ?? '';
    const next = (character: string | undefined): string => (character === '7' ? '8' : '7');
    for (let at = 1; at < line.length; at++) {
      if (line[at] === '-') continue;
      const two = replaceAt(replaceAt(line, 0, next(line[0])), at, next(line[at]));
      const refusal = await refusalOf(() => parseShareText(lines.with(3, two).join('\n')));
      expect(refusal).toMatchObject({ reason: 'mistyped', place: { line: 3 } });
    }
    for (const [i, typed] of [line.slice(1), `${line}7`].entries()) {
      const refusal = await refusalOf(() => parseShareText(lines.with(3, typed).join('\n')));
      expect(refusal, `${i}`).toMatchObject({ reason: 'mistyped', place: { line: 3 } });
    }
    const last = lines.length - 1;
    const short = lines.with(last, (lines[last] ?? '').slice(0, -1)).join('\n');
    expect(await refusalOf(() => parseShareText(short))).toMatchObject({ place: { line: last } });
  });

  it('notices exchanged, missing and repeated lines, and characters that never occur', async () => {
    const lines = (await text()).split('\n');
    const [title = '', one = '', two = '', three = '', ...rest] = lines;
    const exchanged = await refusalOf(() => parseShareText([title, one, three, two, ...rest].join('\n')));
    expect(exchanged).toMatchObject({ reason: 'mistyped', place: { line: 2 } });
    expect(exchanged.message).toContain('wrong place');
    for (const wrong of [
      [title, one, two, three, ...rest.slice(0, -1)],
      [title, one, two, three, three, ...rest],
    ]) {
      expect(await refusalOf(() => parseShareText(wrong.join('\n')))).toMatchObject({ reason: 'mistyped' });
    }
    const never = await refusalOf(() => parseShareText(lines.with(2, replaceAt(two, 7, 'U')).join('\n')));
    expect(never.place).toEqual({ line: 2, group: 2, character: 2 });
  });

  it('is nothing else', async () => {
    const printed = await text();
    for (const wrong of [
      '',
      'keyfold-share-1',
      printed.replace('share-1', 'share-2'),
      printed.split('\n').slice(1).join('\n'),
      `${printed}${' '.repeat(5000)}`,
    ]) {
      expect((await refusalOf(() => parseShareText(wrong))).reason).toBe('not_a_share');
    }
  });

  it('has unused bits of zero only', async () => {
    // A secret of 33 bytes makes shares of 151 bytes: 241.6 symbols.
    const [share] = await splitSecret(SecretBytes.random(33), {
      backend: nodeBackend,
      threshold: 3,
      count: 5,
    });
    if (share === undefined) throw new Error('no share');
    const lines = shareToText(share).split('\n');
    const last = lines.length - 1;
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const symbols = [...(lines[last] ?? '').replaceAll('-', '')].map((character) =>
      alphabet.indexOf(character),
    );
    const data = symbols.slice(0, -2);
    const odd = data.with(-1, (data.at(-1) ?? 0) | 1);
    expect(odd).not.toEqual(data);
    const line = [...odd, ...checkSymbols(odd, last)].map((symbol) => alphabet[symbol]).join('');
    const refusal = await refusalOf(() => parseShareText(lines.with(last, line).join('\n')));
    expect(refusal).toMatchObject({ reason: 'mistyped', place: { line: last } });
  });
});
