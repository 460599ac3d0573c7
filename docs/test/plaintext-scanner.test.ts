import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PlaintextScanner } from '../samples/people/plaintext-scanner.ts';

const value = 'Zoë Ångström 000123';
const utf8 = Buffer.from(value);

/** The search is worth what it finds: each way in which a value could lie about is planted once. */
const planted: readonly [string, Buffer][] = [
  ['UTF-8', utf8],
  ['UTF-16 LE', Buffer.from(value, 'utf16le')],
  ['UTF-16 BE', Buffer.from(value, 'utf16le').swap16()],
  ['hex', Buffer.from(utf8.toString('hex'))],
  ['upper-case hex', Buffer.from(utf8.toString('hex').toUpperCase())],
  ...[0, 1, 2, 3, 4].flatMap((before): [string, Buffer][] => {
    const bytes = Buffer.concat([Buffer.alloc(before, 0xfb), utf8, Buffer.alloc(2, 0xfe)]);
    return [
      [`base64, ${before} bytes in`, Buffer.from(bytes.toString('base64'))],
      [`base64url, ${before} bytes in`, Buffer.from(bytes.toString('base64url'))],
    ];
  }),
];

describe('PlaintextScanner', () => {
  for (const [name, bytes] of planted)
    it(`finds a value as ${name} in the middle of noise`, () => {
      const scanner = new PlaintextScanner();
      scanner.add(value);
      const noise = randomBytes(10_000);
      expect([...scanner.search(Buffer.concat([noise, bytes, noise]))]).toEqual([value]);
      expect([...scanner.search(noise)]).toEqual([]);
    });

  it('finds a value that is the last thing in a file', () => {
    const scanner = new PlaintextScanner();
    scanner.add(value);
    expect(scanner.search(utf8).size).toBe(1);
  });
});
