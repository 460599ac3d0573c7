import { evidence } from '@keyfold/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url } from '../src/index.ts';
import { codeOf } from './backend-fixtures.ts';
import { parserRuns } from './property-runs.ts';

describe.each([
  ['base64url', encodeBase64url, decodeBase64url],
  ['base64', encodeBase64, decodeBase64],
] as const)('%s', (encoding, encode, decode) => {
  it('is what Node writes, and comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encode(bytes);
        expect(text).toBe(Buffer.from(bytes).toString(encoding));
        expect(decode(text)).toEqual(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads no text but the one that its bytes give', async () => {
    const digit = fc.constantFrom(...'ABQZabgwz019+/-_==\n é\u{1f511}');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: digit, maxLength: 12 }), async (text) => {
        const bytes = Buffer.from(text, encoding);
        const canonical = bytes.toString(encoding) === text;
        if (canonical) expect(Buffer.from(decode(text)).equals(bytes)).toBe(true);
        else expect(await codeOf(() => decode(text)), text).toBe('non_canonical_encoding');
      }),
      { numRuns: parserRuns },
    );
  });

  it('has one spelling for each pair and triple of last digits', async () => {
    for (const byteLength of [1, 2]) {
      const spellings = new Set<string>();
      for (let i = 0; i < 256 ** byteLength; i += byteLength === 1 ? 1 : 97) {
        spellings.add(encode(byteLength === 1 ? Uint8Array.of(i) : Uint8Array.of(i >> 8, i)));
      }
      for (const text of spellings) expect(encode(decode(text))).toBe(text);
    }
    const padding = encoding === 'base64' ? '==' : '';
    expect(decode(`AA${padding}`)).toEqual(Uint8Array.of(0));
    for (const last of 'BCDEFGHIJKLMNOP') {
      expect(await codeOf(() => decode(`A${last}${padding}`))).toBe('non_canonical_encoding');
    }
  });

  it('refuses what is no text', async () => {
    // @ts-expect-error what a caller without types may pass
    expect(await codeOf(() => decode(undefined))).toBe('non_canonical_encoding');
    // @ts-expect-error what a caller without types may pass
    expect(await codeOf(() => decode(['AAAA']))).toBe('non_canonical_encoding');
  });

  it('takes of the spellings in the web platform tests only the canonical ones', async () => {
    const file = evidence.vectors('wpt-base64/base64.json');
    if (!file.found) return evidence.missing(file.path);
    const cases = file.json() as readonly (readonly [string, readonly number[] | null])[];
    let accepted = 0;
    for (const [text, bytes] of cases) {
      if (bytes !== null && encode(Uint8Array.from(bytes)) === text) {
        accepted++;
        expect([...decode(text)]).toEqual(bytes);
      } else {
        expect(await codeOf(() => decode(text)), text).toBe('non_canonical_encoding');
      }
    }
    evidence.report(`wpt-base64/base64.json, ${encoding}, ${accepted} accepted`, cases.length);
    expect(accepted).toBeGreaterThan(1);
  });

  it('works on views, and gives bytes in memory of their own', () => {
    const view = new Uint8Array([9, 251, 255, 9]).subarray(1, 3);
    const bytes = decode(encode(view));
    expect(bytes).toEqual(view);
    expect(bytes.buffer.byteLength).toBe(2);
  });
});
