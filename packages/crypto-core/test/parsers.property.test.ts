import { evidence } from '@keyfold/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKeyfoldError } from '../src/index.ts';
import { codeOf, newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { fieldContext, secretOf, valueContext } from './fixtures.ts';
import { laterParsers, parsers } from './parser-table.ts';
import { bytesLike, parserRuns, slowRuns } from './property-runs.ts';

/** Throws on what is not among a reader's own errors. (No `expect`: there are up to a million inputs.) */
function onlyOwn(error: unknown, codes: readonly string[]): void {
  if (!isKeyfoldError(error) || !codes.includes(error.code)) throw error;
}

const atOnce = await parsers();

describe('for any input, nothing but its own errors is thrown by the reader of a', () => {
  it.each(atOnce.map((parser) => [parser.name, parser] as const))(
    '%s',

    (_, { name, input, codes, read }) => {
      let refused = 0;
      fc.assert(
        fc.property(input, (given) => {
          try {
            read(given as never);
          } catch (error) {
            onlyOwn(error, codes);
            refused++;
          }
        }),
        { numRuns: parserRuns },
      );
      evidence.report(`any input as ${name}, ${refused} refused`, parserRuns);
    },
  );
});

describe.each(backends)(
  'for any input, nothing but its own errors is thrown on %s by the reader of a',
  (on, backend) => {
    const inputs = slowRuns(4);

    it('token, stored hash, secret or backup code', async () => {
      for (const { name, input, codes, read } of await laterParsers(backend)) {
        let refused = 0;
        await fc.assert(
          fc.asyncProperty(input, async (given) => {
            try {
              await read(given as never);
            } catch (error) {
              onlyOwn(error, codes);
              refused++;
            }
          }),
          { numRuns: inputs },
        );
        evidence.report(`any input as ${name} on ${on}, ${refused} refused`, inputs);
      }
    });
  },
);

describe.each(backends)('arbitrary and changed bytes never open on %s', (on, backend) => {
  const codes = [
    'not_keyfold_ciphertext',
    'truncated_ciphertext',
    'unsupported_format',
    'integrity_check_failed',
  ];
  const inputs = slowRuns(2);

  it('as a value', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const value = await sealer.sealValue('4111 1111 1111 1111', valueContext);
    await fc.assert(
      fc.asyncProperty(bytesLike([value]), async (input) => {
        fc.pre(Buffer.compare(input, value) !== 0);
        const code = await codeOf(() => opener.openValue(input, valueContext));
        if (!codes.includes(code)) throw new Error(`As a value: ${code}`);
      }),
      { numRuns: inputs },
    );
    evidence.report(`any bytes opened as a value on ${on}`, inputs);
  });

  it('as a field', async () => {
    const { sealer, opener } = await newDataKey(backend);
    const context = fieldContext();
    const field = await sealer.sealField('078-05-1120', context, 7);
    await fc.assert(
      fc.asyncProperty(bytesLike([field]), async (input) => {
        fc.pre(Buffer.compare(input, field) !== 0);
        const code = await codeOf(() => opener.openField(input, context, 7));
        if (!codes.includes(code)) throw new Error(`As a field: ${code}`);
      }),
      { numRuns: inputs },
    );
    evidence.report(`any bytes opened as a field on ${on}`, inputs);
  });

  it('as a wrapped key', async () => {
    const key = await backend.wrappingKey(secretOf('00'.repeat(32)));
    const place = {
      purpose: 'tenant-key',
      tenant: 'acme',
      scope: { kind: 'tenant' },
      version: 1,
      parentVersion: 1,
    } as const;
    const wrapped = await key.wrap(secretOf('11'.repeat(32)), place);
    await fc.assert(
      fc.asyncProperty(bytesLike([wrapped]), async (input) => {
        fc.pre(Buffer.compare(input, wrapped) !== 0);
        const code = await codeOf(() => key.unwrap(input, place));
        if (code !== 'key_unwrap_failed') throw new Error(`As a wrapped key: ${code}`);
      }),
      { numRuns: inputs },
    );
    evidence.report(`any bytes unwrapped as a key on ${on}`, inputs);
  });

  it('as a key that AES key wrap wrapped', async () => {
    const kek = secretOf('00'.repeat(32));
    const { primitives } = backend;
    const wrapped = await primitives.aesKeyWrap(kek, secretOf('11'.repeat(32)));
    // 2⁻⁶⁴ of all bytes would unwrap.
    const unwrapped = await Promise.all([
      ...fc
        .sample(bytesLike([wrapped]), { numRuns: 300 })
        .filter((input) => Buffer.compare(input, wrapped) !== 0)
        .map((input) => primitives.aesKeyUnwrap(kek, input)),
    ]);
    expect(new Set(unwrapped)).toEqual(new Set([undefined]));
    evidence.report(`any bytes unwrapped by AES key wrap on ${on}`, unwrapped.length);
  });
});

describe.each(backends)('the text form on %s', (_, backend) => {
  it('has one spelling: no change of a character decodes to the same', async () => {
    const { sealer } = await newDataKey(backend);
    const bytes = await sealer.sealField('x', fieldContext(), 7);
    const text = backend.encodeText(bytes);
    const change = fc.tuple(fc.nat(text.length), fc.string({ unit: 'binary', maxLength: 2 }));
    fc.assert(
      fc.property(change, ([at, inserted]) => {
        const changed = text.slice(0, at) + inserted + text.slice(at + 1);
        fc.pre(changed !== text);
        let decoded: Uint8Array;
        try {
          decoded = backend.decodeText(changed);
        } catch (error) {
          return onlyOwn(error, ['not_keyfold_ciphertext', 'non_canonical_encoding']);
        }
        if (Buffer.compare(decoded, bytes) === 0) throw new Error('Two texts are the same bytes.');
      }),
      { numRuns: parserRuns },
    );
  });
});
