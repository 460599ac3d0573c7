import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryLock } from '../setup-lock.mjs';

describe('the lock of the set-up', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-lock-'));
    file = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is held by one, and free once that one lets go', () => {
    const release = tryLock(file);
    expect(release).toBeTypeOf('function');
    expect(tryLock(file)).toBeUndefined();
    release?.();
    expect(existsSync(file)).toBe(false);
    tryLock(file)?.();
  });

  it('is taken over from a run that was killed, whatever pid it had', () => {
    writeFileSync(file, `${process.pid}`);
    utimesSync(file, 0, 0);
    const release = tryLock(file);
    expect(release).toBeTypeOf('function');
    release?.();
  });

  it('is not taken from a run that is alive', () => {
    writeFileSync(file, 'another');
    expect(tryLock(file)).toBeUndefined();
    expect(readFileSync(file, 'utf8')).toBe('another');
  });
});
