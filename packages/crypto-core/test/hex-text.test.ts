import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../src/credentials/hex-text.ts';

const run = promisify(execFile);
const module = new URL('../src/credentials/hex-text.ts', import.meta.url).href;

describe('hex', () => {
  it('is that of every byte, and is read in either case', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = hexOf(bytes);
    expect(text).toBe(Buffer.from(bytes).toString('hex'));
    expect(bytesOfHex(text)).toEqual(bytes);
    expect(bytesOfHex(text.toUpperCase())).toEqual(bytes);
    expect([hexOf(new Uint8Array(0)), bytesOfHex('')]).toEqual(['', new Uint8Array(0)]);
  });

  it('has no digit but its own, at either place', () => {
    for (let code = 0; code < 0x200; code++) {
      const character = String.fromCharCode(code);
      if (/[0-9a-fA-F]/.test(character)) continue;
      expect(bytesOfHex(`0${character}`), `${code}`).toBeUndefined();
      expect(bytesOfHex(`${character}0`), `${code}`).toBeUndefined();
    }
    expect(bytesOfHex('012')).toBeUndefined();
  });

  it('of 64 MiB is written and read with a heap of 256 MiB', { timeout: 120_000 }, async () => {
    const program = `
      import { bytesOfHex, hexOf } from ${JSON.stringify(module)};
      const bytes = new Uint8Array(64 * 1024 * 1024).fill(0x5a);
      const back = bytesOfHex(hexOf(bytes));
      console.log(back !== undefined && Buffer.compare(back, bytes) === 0);
    `;
    const { stdout } = await run(process.execPath, [
      '--max-old-space-size=256',
      '--input-type=module',
      '--eval',
      program,
    ]);
    expect(stdout).toBe('true\n');
  });
});
