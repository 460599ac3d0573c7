import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFolded, emailAddress, identityNumber, phoneDigits } from '../src/blind-index/normalisers.ts';
import {
  BlindIndex,
  type BlindIndexOptions,
  type CryptoBackend,
  declareBlindIndex,
  expectedMatches,
  type IndexEntry,
  type IndexValueKind,
  type IndexValueTypes,
  isKeyfoldError,
  openBlindIndex,
  SecretBytes,
} from '../src/index.ts';
import { backends } from './backends.ts';
import { billing, codeOf } from './fixtures.ts';

const emailOptions: BlindIndexOptions<'email'> = {
  tenant: 'acme',
  scope: billing,
  table: 'people',
  column: 'email',
  name: 'exact',
  values: 'email',
  bits: 64,
};
const master = SecretBytes.random(32);

function indexOf<K extends IndexValueKind>(
  backend: CryptoBackend,
  options: BlindIndexOptions<K>,
  versions: readonly number[] = [1],
): BlindIndex<K> {
  const keys = versions.map((version) => ({ version, key: master.clone() }));
  return openBlindIndex({ backend, declaration: declareBlindIndex(options), keys });
}

const texts = (entries: readonly IndexEntry[]) => entries.map(({ text }) => text);

async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isKeyfoldError(error)) return error.code;
    throw error;
  }
  return 'did not reject';
}

describe.each(backends)('a blind index by the backend %s', (_, backend) => {
  it('finds what counts as the same value, and nothing else', async () => {
    using index = indexOf(backend, emailOptions);
    const stored = texts(await index.entriesToStore(' Ada@Example.COM'));
    expect(texts(await index.entriesToFind('ada@example.com'))).toEqual(stored);
    expect(texts(await index.entriesToFind('ada@example.org'))).not.toEqual(stored);
  });

  it('gives the same entries on every backend', async () => {
    for (const [, other] of backends) {
      using here = indexOf(backend, emailOptions);
      using there = indexOf(other, emailOptions);
      expect(await here.entriesToStore('a@b.c')).toEqual(await there.entriesToStore('a@b.c'));
    }
  });

  it('has no entry in common with an index of anything else', async () => {
    const entry = async <K extends IndexValueKind>(
      options: BlindIndexOptions<K>,
      value: IndexValueTypes[K],
      version = 1,
    ) => {
      using index = indexOf(backend, options, [version]);
      // Without the version that it begins with, and as short as the shortest of them.
      return (await index.entriesToFind(value)).map(({ bytes }) =>
        Buffer.from(bytes.subarray(2, 9)).toString('hex'),
      )[0];
    };
    const value = 'ada@example.com';
    const base = { ...emailOptions, values: 'text' as const };
    const entries = await Promise.all([
      entry(base, value),
      entry(base, value, 2),
      entry({ ...base, tenant: 'beta' }, value),
      entry({ ...base, scope: { kind: 'service', id: 'crm' } }, value),
      entry({ ...base, scope: { kind: 'user', id: 'billing' } }, value),
      entry({ ...base, table: 'persons' }, value),
      entry({ ...base, column: 'mail' }, value),
      entry({ ...base, name: 'other' }, value),
      entry({ ...base, table: 'peoplee', column: 'mail' }, value),
      entry({ ...base, bits: 128 }, value),
      entry({ ...base, values: 'email' }, value),
      entry({ ...base, values: 'text-case' }, value),
      entry({ ...base, values: 'bytes' }, new TextEncoder().encode(value)),
    ]);
    expect(new Set(entries).size).toBe(entries.length);
  });

  it('writes the versions that write, and asks for all of them', async () => {
    const keys = [
      { version: 1, key: SecretBytes.random(32), writes: false },
      { version: 2, key: SecretBytes.random(32) },
      { version: 3, key: SecretBytes.random(32), writes: true },
    ];
    using index = openBlindIndex({ backend, declaration: declareBlindIndex(emailOptions), keys });
    const stored = await index.entriesToStore('a@b.c');
    const wanted = await index.entriesToFind('a@b.c');
    expect(stored.map(({ version }) => version)).toEqual([2, 3]);
    expect(wanted.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(wanted.slice(1)).toEqual(stored);
    expect(wanted.map(({ bytes }) => [bytes[0], bytes[1]])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
  });

  it('has entries of exactly the declared bits', async () => {
    for (const bits of [16, 17, 21, 24, 63, 64, 255, 256]) {
      using index = indexOf(backend, { ...emailOptions, bits });
      const used = new Set<number>();
      for (let i = 0; i < 64; i++) {
        const [entry] = await index.entriesToStore(`${i}@b.c`);
        expect(entry?.bytes.byteLength).toBe(2 + Math.ceil(bits / 8));
        const last = entry?.bytes.at(-1) ?? 0;
        expect(last & (0xff >>> (((bits - 1) % 8) + 1))).toBe(0);
        used.add(last);
      }
      expect(used.size).toBeGreaterThan(1);
    }
  });

  it('takes the values of its kind only, in types as at run time', async () => {
    using emails = indexOf(backend, emailOptions);
    expect(await rejection(emails.entriesToStore('no address'))).toBe('unsupported_value');
    // @ts-expect-error an e-mail address is a string
    expect(await rejection(emails.entriesToFind(7))).toBe('unsupported_value');
    // @ts-expect-error null has no entry
    expect(await rejection(emails.entriesToStore(null))).toBe('unsupported_value');
    const other = { ...emailOptions, acceptLowEntropy: true };
    using numbers = indexOf(backend, { ...other, values: 'integer' });
    expect(texts(await numbers.entriesToFind(7))).toEqual(texts(await numbers.entriesToFind(7n)));
    expect(texts(await numbers.entriesToFind(-0))).toEqual(texts(await numbers.entriesToFind(0)));
    for (const value of [0.5, Number.NaN, 2 ** 53]) {
      expect(await rejection(numbers.entriesToFind(value))).toBe('unsupported_value');
    }
    using dates = indexOf(backend, { ...other, values: 'date' });
    expect(await rejection(dates.entriesToStore(new Date(Number.NaN)))).toBe('unsupported_value');
    using documents = indexOf(backend, { ...emailOptions, values: 'bytes' });
    expect(await rejection(documents.entriesToStore(new Uint8Array(65_537)))).toBe('unsupported_value');
    const bytes = Uint8Array.of(1, 2, 3);
    await documents.entriesToStore(bytes);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3)); // what is the caller's is not wiped
  });

  it('disposed of, or past its lease, makes no entry', async () => {
    const ended = new Error('the lease has ended');
    let usable = true;
    const key = SecretBytes.random(32);
    const assertUsable = () => {
      if (!usable) throw ended;
    };
    const declaration = declareBlindIndex(emailOptions);
    const index = openBlindIndex({ backend, declaration, keys: [{ version: 1, key }], assertUsable });
    await index.entriesToStore('a@b.c');
    usable = false;
    await expect(index.entriesToFind('a@b.c')).rejects.toBe(ended);
    usable = true;
    index[Symbol.dispose]();
    expect(key.disposed).toBe(true);
    expect(await rejection(index.entriesToStore('a@b.c'))).toBe('secret_disposed');
  });

  it('finds by chance about as many rows as expectedMatches says', async () => {
    using index = indexOf(backend, { ...emailOptions, values: 'text', bits: 16 });
    const wanted = new Set<string>();
    for (let i = 0; i < 64; i++) wanted.add((await index.entriesToFind(`wanted ${i}`))[0]?.text ?? '');
    const rows = 8192;
    let found = 0;
    for (let i = 0; i < rows; i++) {
      if (wanted.has((await index.entriesToStore(`row ${i}`))[0]?.text ?? '')) found++;
    }
    const expected = wanted.size * expectedMatches(rows, 16);
    expect(expected).toBeCloseTo(8, 1);
    expect(found).toBeLessThan(40); // 8 on average; 40 has a probability below 10⁻¹⁴
  });
});

describe('the declaration of a blind index', () => {
  it('needs a word for values that can be tried out', () => {
    const low: readonly IndexValueKind[] = ['phone', 'identity-number', 'integer', 'date', 'boolean'];
    const high: readonly IndexValueKind[] = ['text', 'text-nfc', 'text-case', 'email', 'bytes'];
    for (const values of low) {
      expect(codeOf(() => declareBlindIndex({ ...emailOptions, values }))).toBe('low_entropy_index');
      const refused = { ...emailOptions, values, acceptLowEntropy: false };
      expect(codeOf(() => declareBlindIndex(refused))).toBe('low_entropy_index');
      const accepted = { ...emailOptions, values, acceptLowEntropy: true };
      expect(codeOf(() => declareBlindIndex(accepted))).toBe('did not throw');
    }
    for (const values of high) {
      expect(codeOf(() => declareBlindIndex({ ...emailOptions, values }))).toBe('did not throw');
    }
  });

  it('is checked', () => {
    for (const bits of [0, 15, 257, 64.5, Number.NaN]) {
      expect(codeOf(() => declareBlindIndex({ ...emailOptions, bits }))).toBe('invalid_argument');
      expect(codeOf(() => expectedMatches(1, bits))).toBe('invalid_argument');
    }
    for (const values of ['toString', '__proto__', '']) {
      // @ts-expect-error no such kind
      expect(codeOf(() => declareBlindIndex({ ...emailOptions, values }))).toBe('invalid_argument');
    }
    for (const changes of [
      { tenant: '' },
      { table: '' },
      { column: '' },
      { name: '' },
      { column: '\ud800' },
    ]) {
      expect(codeOf(() => declareBlindIndex({ ...emailOptions, ...changes }))).toBe(
        'invalid_encryption_context',
      );
    }
    expect(codeOf(() => expectedMatches(-1, 16))).toBe('invalid_argument');
    expect(codeOf(() => expectedMatches(Number.NaN, 16))).toBe('invalid_argument');
    expect(expectedMatches(65_536, 16)).toBe(1);
  });

  it('is opened with keys of its own, each version once', () => {
    const [, backend] = backends[0] ?? [];
    if (backend === undefined) throw new Error('There is no backend.');
    const declaration = declareBlindIndex(emailOptions);
    const open = (keys: Parameters<typeof openBlindIndex>[0]['keys']) => () =>
      openBlindIndex({ backend, declaration, keys });
    const key = () => SecretBytes.random(32);
    const versions = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ version: i + 1, key: key() }));
    expect(codeOf(open(versions(16)))).toBe('did not throw');
    const refused = [
      [],
      versions(17),
      [{ version: 0, key: key() }],
      [{ version: 65_536, key: key() }],
      [{ version: 1.5, key: key() }],
      [{ version: 1, key: SecretBytes.random(31) }],
      [{ version: 1, key: key(), writes: false }],
      [...versions(1), ...versions(1)],
    ];
    for (const keys of refused) {
      expect(codeOf(open(keys))).toBe('invalid_argument');
      expect(codeOf(() => new BlindIndex({ backend, declaration, keys }))).toBe('invalid_argument');
    }
    const notDeclared = { values: 'email', bits: 64 };
    // @ts-expect-error not what declareBlindIndex returned
    expect(codeOf(() => openBlindIndex({ backend, declaration: notDeclared, keys: versions(1) }))).toBe(
      'invalid_argument',
    );
  });
});

describe('normalisation', () => {
  it('of case does not depend on the locale, and is stable', () => {
    expect(caseFolded('ISTANBUL')).toBe('istanbul');
    expect(caseFolded('ΟΔΥΣΣΕΥΣ')).toBe(caseFolded('Οδυσσευς'));
    expect(caseFolded('E\u0301')).toBe(caseFolded('\u00e9'));
    expect(caseFolded('ß')).not.toBe(caseFolded('ss'));
    expect(caseFolded('ı')).not.toBe(caseFolded('i'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const folded = caseFolded(text);
        expect(caseFolded(folded)).toBe(folded);
        expect(caseFolded(text.normalize('NFD'))).toBe(folded);
        expect(folded.isWellFormed()).toBe(true);
      }),
    );
  });

  it('of addresses, telephone and identity numbers is stable, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const normalise of [emailAddress, phoneDigits, identityNumber]) {
          const once = normalise(text);
          if (once !== undefined) expect(normalise(once)).toBe(once);
        }
      }),
    );
    const characters = fc.array(fc.constantFrom(...'+0123456789 ()-./ab@Ä\u2011\u00a0'), { maxLength: 30 });
    fc.assert(
      fc.property(characters, (parts) => {
        const text = parts.join('');
        expect(phoneDigits(text) ?? '000').toMatch(/^[0-9]{3,20}$/);
        expect(identityNumber(text) ?? 'A').toMatch(/^[0-9A-Z]{1,64}$/);
        expect(emailAddress(text) ?? 'a@b').toMatch(/^[^@\s]+@[^@\s]+$/);
      }),
    );
  });

  it('takes no longer than the text is long', () => {
    // Each pattern has one quantifier over one class, so these end at once; with backtracking they would not end at all.
    const long = 50_000;
    for (const text of [
      ' '.repeat(long),
      '1'.repeat(long),
      `${'a'.repeat(long)}@`,
      '(-'.repeat(long),
      '+'.repeat(long),
    ]) {
      for (const normalise of [emailAddress, phoneDigits, identityNumber])
        expect(normalise(text)).toBeUndefined();
    }
  });
});
