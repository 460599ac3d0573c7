import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodeSealedValue,
  encodeSealedValue,
  sealValue,
} from '../../src/secrets-manager/secrets/secret-value.ts';

const sealed = sealValue(
  { kind: 'string', bytes: Buffer.from('v') },
  { dataKey: randomBytes(32), dataKeyBlob: randomBytes(40), kmsKey: 'default' },
  'place',
);
const row = encodeSealedValue(sealed);
const unreadable = expect.objectContaining({ code: 'secrets_state_unreadable' });

describe('the row of a secret value', () => {
  it('is read as it was written', () => {
    const read = decodeSealedValue(row);
    expect(Buffer.from(encodeSealedValue(read)).equals(row)).toBe(true);
    expect(read.kmsKey).toBe('default');
  });

  it('that breaks off anywhere is called unreadable', () => {
    // The last two bytes are the ciphertext, whose length is whatever is left.
    for (let byteLength = 0; byteLength <= row.byteLength - 2; byteLength++)
      expect(() => decodeSealedValue(row.subarray(0, byteLength)), `${byteLength} bytes`).toThrow(unreadable);
  });

  it('of another format, or with a length beyond its end, is called unreadable', () => {
    for (const [at, byte] of [
      [0, 2],
      [1, 0xff],
    ] as const) {
      const damaged = Uint8Array.from(row);
      damaged[at] = byte;
      expect(() => decodeSealedValue(damaged)).toThrow(unreadable);
    }
  });
});
