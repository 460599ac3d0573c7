import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formByte } from '../src/format.ts';
import { parseRecordHeader, parseValue } from '../src/index.ts';
import { nodeBackend } from '../src/node/index.ts';
import { codeOf, dataKeyPair, fieldContext, secretOf, valueContext } from './fixtures.ts';

const { sealer, opener, header } = dataKeyPair();
const field = fieldContext();
const numRuns = 10_000;

// Half of the inputs begin as a real one does, so that the checks behind the first bytes are reached.
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .tuple(fc.constantFrom(...Object.values(formByte)), fc.uint8Array({ maxLength: 300 }))
    .map(([form, rest]) => Uint8Array.of(form, 1, ...rest)),
  fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(formByte.value, ...header.bytes, ...rest)),
);

describe('arbitrary bytes', () => {
  it('are refused by name as a value and as a field', () => {
    const codes = [
      'not_keyfold_ciphertext',
      'truncated_ciphertext',
      'unsupported_format',
      'integrity_check_failed',
    ];
    fc.assert(
      fc.property(bytes, (input) => {
        expect(codes).toContain(codeOf(() => opener.openValue(input, valueContext)));
        expect(codes).toContain(codeOf(() => opener.openField(input, field, 7)));
      }),
      { numRuns },
    );
  });

  it('are parsed or refused by name as a value and as a record header', () => {
    const codes = ['did not throw', 'not_keyfold_ciphertext', 'truncated_ciphertext', 'unsupported_format'];
    fc.assert(
      fc.property(bytes, (input) => {
        expect(codes).toContain(codeOf(() => parseValue(input)));
        expect([...codes, 'non_canonical_encoding']).toContain(codeOf(() => parseRecordHeader(input)));
      }),
      { numRuns },
    );
  });

  it('are refused by name as a wrapped key', () => {
    const key = nodeBackend.wrappingKey(secretOf('00'.repeat(32)));
    const place = {
      purpose: 'tenant-key',
      tenant: 'acme',
      scope: { kind: 'tenant' },
      version: 1,
      parentVersion: 1,
    } as const;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (input) => {
        expect(codeOf(() => key.unwrap(input, place))).toBe('key_unwrap_failed');
      }),
      { numRuns },
    );
  });
});

describe('arbitrary text', () => {
  it('is decoded and encoded to itself, or refused by name', () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...digits) }).map((encoded) => `kf1.${encoded}`),
      fc
        .string({ unit: fc.constantFrom(...digits, '+', '/', '=', ' ', '\n') })
        .map((encoded) => `kf1.${encoded}`),
    );
    fc.assert(
      fc.property(text, (input) => {
        let decoded: Uint8Array | undefined;
        const code = codeOf(() => {
          decoded = nodeBackend.decodeText(input);
        });
        if (decoded === undefined)
          expect(['not_keyfold_ciphertext', 'non_canonical_encoding']).toContain(code);
        else expect(nodeBackend.encodeText(decoded)).toBe(input);
      }),
      { numRuns },
    );
  });

  it('of any bytes is the only spelling: no change of one character decodes to the same', () => {
    const text = nodeBackend.encodeText(sealer.sealField('x', field, 7));
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ unit: 'binary', maxLength: 2 }), (at, inserted) => {
        const changed = text.slice(0, at) + inserted + text.slice(at + 1);
        fc.pre(changed !== text);
        const same = { decoded: false };
        codeOf(() => {
          same.decoded = Buffer.compare(nodeBackend.decodeText(changed), nodeBackend.decodeText(text)) === 0;
        });
        expect(same.decoded).toBe(false);
      }),
      { numRuns },
    );
  });
});
