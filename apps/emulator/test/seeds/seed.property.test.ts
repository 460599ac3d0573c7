import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseSeed } from '../../src/seeds/parse-seed.ts';
import type { Seed } from '../../src/seeds/seed.ts';
import { SeedInvalidError } from '../../src/seeds/seed-errors.ts';
import { account, openMachine, read } from './seed-harness.ts';

/** Reads whatever it is: a seed, or an error that names at least one place in the text. */
function readOrRefuse(text: string): Seed | SeedInvalidError {
  try {
    return parseSeed(text, { fileName: 'any' });
  } catch (error) {
    if (!(error instanceof SeedInvalidError)) throw error;
    const lines = text.split(/\r\n|\n/).length;
    for (const { line, column } of error.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines + 1);
      expect(column).toBeGreaterThanOrEqual(1);
    }
    expect(error.problems.length).toBeGreaterThan(0);
    return error;
  }
}

const hexBytes = (byteLength: number) =>
  fc
    .uint8Array({ minLength: byteLength, maxLength: byteLength })
    .map((bytes) => Buffer.from(bytes).toString('hex'));
const words = fc.string({ unit: 'grapheme', maxLength: 20 });
const tags = fc.dictionary(fc.stringMatching(/^[b-z]{1,8}$/), words, { maxKeys: 3 });
const optional = { requiredKeys: ['id', 'material'] as const };

const symmetric = fc.record(
  {
    id: fc.uuid(),
    description: words,
    tags,
    createdAt: fc
      .date({ min: new Date(0), max: new Date('2026-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    material: fc.record({ hex: hexBytes(32) }),
    olderMaterials: fc.uniqueArray(fc.record({ hex: hexBytes(32) }), {
      maxLength: 3,
      selector: ({ hex }) => hex,
    }),
    state: fc.constantFrom('Enabled', 'Disabled', 'PendingDeletion'),
    aliases: fc.uniqueArray(fc.stringMatching(/^alias\/[a-z]{3,12}$/), { maxLength: 2 }),
    rotation: fc.record({ enabled: fc.boolean(), periodDays: fc.integer({ min: 90, max: 2560 }) }),
  },
  { requiredKeys: [...optional.requiredKeys] },
);
const mac = fc.record(
  {
    id: fc.uuid(),
    spec: fc.constant('HMAC_256'),
    description: words,
    tags,
    material: fc.record({ hex: hexBytes(32) }),
  },
  { requiredKeys: ['id', 'spec', 'material'] },
);
const keys = fc.uniqueArray(fc.oneof(symmetric, mac), { maxLength: 4, selector: ({ id }) => id });
const seeds = keys
  .filter((list) => {
    const names = list.flatMap((key) => ('aliases' in key ? (key.aliases ?? []) : []));
    return new Set(names).size === names.length;
  })
  .filter((list) =>
    list.every(
      (key) => !('olderMaterials' in key) || !key.olderMaterials?.some(({ hex }) => hex === key.material.hex),
    ),
  )
  .map((list) => ({ version: 1, accounts: [{ id: account, keys: list }] }));

/** What a seed means, without where it stood. */
function meaning({ keys: list }: Seed): unknown {
  return list.map((key) => ({
    ...key,
    at: undefined,
    rotation: key.rotation && { ...key.rotation, at: undefined },
    aliases: key.aliases.map(({ name }) => name),
    materials: key.materials.map(({ bytes, ...material }) => ({
      ...material,
      at: undefined,
      hex: Buffer.from(bytes.reveal()).toString('hex'),
    })),
  }));
}

describe('whatever text is given', () => {
  it('it is a seed or refused, and nothing else is thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), words),
        (text) => void readOrRefuse(text),
      ),
    );
  });

  it('that is built of what YAML is built of, the same', () => {
    const token = fc.constantFrom(
      ...[
        'version',
        ': ',
        '1',
        '\n',
        '  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '&a ',
        '*a',
        '!t ',
        '|',
        '>',
        '"',
        "'",
      ],
      ...[
        '#',
        '%YAML 1.1\n',
        '---\n',
        '...\n',
        '? ',
        '\t',
        'accounts',
        'keys',
        'Keys',
        'Aliases',
        '<<',
        '~',
        '\\',
        '\r',
      ],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => void readOrRefuse(tokens.join(''))),
      { numRuns: 500 },
    );
  });

  it('that is JSON, the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readOrRefuse(JSON.stringify(value));
        readOrRefuse(JSON.stringify({ version: 1, accounts: value }));
        readOrRefuse(JSON.stringify({ Keys: value, Aliases: value }));
      }),
    );
  });
});

describe('a good seed', () => {
  it('means the same as YAML and as JSON, and holds what was written', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ofJson = read(JSON.stringify(seed));
        expect(meaning(read(stringify(seed)))).toEqual(meaning(ofJson));
        expect(ofJson.keys.map(({ address }) => address.keyId)).toEqual(
          seed.accounts[0]?.keys.map(({ id }) => id),
        );
        for (const [index, key] of (seed.accounts[0]?.keys ?? []).entries()) {
          const hexes = [...('olderMaterials' in key ? (key.olderMaterials ?? []) : []), key.material].map(
            ({ hex }) => hex,
          );
          const found = ofJson.keys[index]?.materials.map(({ bytes }) =>
            Buffer.from(bytes.reveal()).toString('hex'),
          );
          expect(found).toEqual(hexes);
          expect(ofJson.keys[index]?.description).toBe(key.description);
        }
      }),
    );
  });

  it('with any one character changed, taken out or put in is a seed or refused', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), fc.string({ maxLength: 2 }), fc.nat(1), (seed, at, put, cut) => {
        const text = stringify(seed);
        const from = at % (text.length + 1);
        readOrRefuse(text.slice(0, from) + put + text.slice(from + cut));
      }),
    );
  });

  it('is applied, and applied again changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { apply } = await openMachine();
        const count = seed.accounts[0]?.keys.length;
        expect(await apply(seed)).toMatchObject({ keys: { created: count, unchanged: 0 } });
        expect(await apply(seed)).toMatchObject({ keys: { created: 0, unchanged: count } });
      }),
      { numRuns: 40 },
    );
  });
});
