import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { nodeBackend } from '../src/node/index.ts';
import { codeOf, hex } from './fixtures.ts';

describe('the text form', () => {
  it('takes of the spellings of base64 in the web platform tests only the canonical one', () => {
    const file = evidence.vectors('wpt-base64/base64.json');
    if (!file.found) return evidence.missing(file.path);
    const cases = file.json() as readonly (readonly [string, readonly number[] | null])[];
    const accepted: string[] = [];
    for (const [encoded, bytes] of cases) {
      const decode = () => nodeBackend.decodeText(`kf1.${encoded}`);
      const canonical = bytes !== null && Buffer.from(bytes).toString('base64url') === encoded;
      if (!canonical) {
        expect(codeOf(decode), JSON.stringify(encoded)).toBe('non_canonical_encoding');
        continue;
      }
      accepted.push(encoded);
      expect(hex(decode()), JSON.stringify(encoded)).toBe(hex(Uint8Array.from(bytes)));
    }
    evidence.report('wpt-base64/base64.json', cases.length);
    // What `atob` decodes besides has padding, white space, bits set in what is left over, or "/" for "_".
    expect(accepted).toEqual(['', 'abcd', 'abc']);
  });
});
