import { readStrictJson } from '@keyfold/crypto-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCanonicalBase64 } from '../../src/kms/wire/canonical-base64.ts';
import { readPlainJson } from '../../src/kms/wire/plain-json.ts';

const maxDepth = 16;

function strictly(text: string): unknown {
  try {
    return readStrictJson(Buffer.from(text), { maxDepth, protoName: 'keep' });
  } catch {
    return undefined;
  }
}

/** JSON, and texts that are nearly JSON: members and brackets put together as they come. */
const nearlyJson = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '"__proto__"',
        '"\\u0061"',
        '"é"',
        '1',
        '-0',
        '1e3',
        '1e999',
        '9007199254740993',
        'null',
        'true',
        ' ',
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join('')),
  fc
    .array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c', '__proto__'),
        fc.constantFrom('1', '"a"', '{}', '["b"]', '{"a":1}'),
      ),
      { maxLength: 6 },
    )
    .map((members) => `{${members.map(([name, value]) => `"${name}" :${value}`).join(', ')}}`),
);

describe('JSON that is plain enough for one look', () => {
  it('is read as the strict reader reads it, and nothing that the strict reader refuses is read', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const read = readPlainJson(Buffer.from(text), maxDepth);
        if (read !== undefined) expect(read).toEqual(strictly(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a" :1,"a":2}',
    '{"a":{"b":1,"b":1}}',
    '{"a":9007199254740993}',
    '{"a":1e999}',
    '{"a":"\\ud800"}',
    `${'['.repeat(17)}${']'.repeat(17)}`,
    '{"a":1',
  ])('leaves %s to the strict reader', (text) => {
    expect(readPlainJson(Buffer.from(text), maxDepth)).toBeUndefined();
  });

  it('reads what requests are made of', () => {
    const request = {
      KeyId: 'alias/a',
      EncryptionContext: { a: 'b' },
      Limit: 5,
      DryRun: false,
      Tags: ['a', {}],
    };
    expect(readPlainJson(Buffer.from(JSON.stringify(request)), maxDepth)).toEqual(request);
    const nested = `${'['.repeat(16)}${']'.repeat(16)}`;
    expect(readPlainJson(Buffer.from(nested), maxDepth)).toEqual(JSON.parse(nested));
  });
});

describe('canonical base64', () => {
  const isCanonical = (text: string): boolean => Buffer.from(text, 'base64').toString('base64') === text;
  const nearlyBase64 = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    fc.string({ unit: fc.constantFrom(...'ABgwQ9+/-_= \n'), maxLength: 12 }),
    fc.string({ maxLength: 12 }),
  );

  it('is read where its bytes have that text and no other, and refused else', () => {
    fc.assert(
      fc.property(nearlyBase64, (text) => {
        const bytes = readCanonicalBase64(text);
        if (isCanonical(text)) expect(bytes).toEqual(Buffer.from(text, 'base64'));
        else expect(bytes).toBeUndefined();
      }),
      { numRuns: 5000 },
    );
  });
});
