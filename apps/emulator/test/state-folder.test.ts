import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmulator, StateUnusableError, StateUnwritableError } from '../src/index.ts';

describe('the state folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-state-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is readable by its owner alone, and so is every file in it', async () => {
    const emulator = await createEmulator({ stateFolder: folder });
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o077]);
    await emulator.close();
    expect(modes.length).toBeGreaterThan(5);
    expect(modes.filter(([, mode]) => mode !== 0)).toEqual([]);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('is named in the error where it cannot be made', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const attempt = createEmulator({ stateFolder: join(file, 'state') });
    await expect(attempt).rejects.toBeInstanceOf(StateUnwritableError);
    await expect(attempt).rejects.toMatchObject({ code: 'state_unwritable', layer: 'store' });
    await expect(attempt).rejects.toThrow(join(file, 'state'));
  });

  for (const [name, content] of [
    ['platform-root.key', 'too short'],
    ['ca.pem', 'not a certificate'],
    ['development.json', '{ "tenant": 1 }'],
    ['development.json', '{'],
  ] as const)
    it(`is refused, and left as it is, where ${name} holds ${JSON.stringify(content)}`, async () => {
      await (await createEmulator({ stateFolder: folder })).close();
      writeFileSync(join(folder, name), content);
      const before = readdirSync(folder).toSorted();
      await expect(createEmulator({ stateFolder: folder })).rejects.toBeInstanceOf(StateUnusableError);
      expect(readdirSync(folder).toSorted()).toEqual(before);
    });

  it("is never put beside somebody's files, and nobody's permissions are changed", async () => {
    writeFileSync(join(folder, 'index.html'), '');
    chmodSync(folder, 0o755);
    await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({ code: 'state_unusable' });
    expect(readdirSync(folder)).toEqual(['index.html']);
    expect(statSync(folder).mode & 0o777).toBe(0o755);
    await expect(createEmulator({ stateFolder: '' })).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it('is refused where others may read it', async () => {
    await (await createEmulator({ stateFolder: folder })).close();
    chmodSync(folder, 0o755);
    await expect(createEmulator({ stateFolder: folder })).rejects.toThrow('chmod 700');
  });

  for (const name of ['state.sqlite', 'platform-root.key'])
    it(`is refused, and nothing is made in its place, where ${name} is gone`, async () => {
      await (await createEmulator({ stateFolder: folder })).close();
      rmSync(join(folder, name));
      if (name === 'platform-root.key') rmSync(join(folder, 'development.json'));
      await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({ code: 'state_unusable' });
      if (name === 'platform-root.key') expect(readdirSync(folder)).not.toContain(name);
    });

  it('has one owner at a time', async () => {
    const first = await createEmulator({ stateFolder: folder });
    await expect(createEmulator({ stateFolder: folder })).rejects.toMatchObject({ code: 'store_in_use' });
    await first.close();
    await (await createEmulator({ stateFolder: folder })).close();
  });

  it('keeps the CA, its pin, the API key and the tenant from one start to the next', async () => {
    const first = await createEmulator({ stateFolder: folder });
    await first.close();
    const second = await createEmulator({ stateFolder: folder });
    await second.close();
    expect(second.ca).toBe(first.ca);
    expect(second.pin).toBe(first.pin);
    expect(second.access).toEqual(first.access);
  });

  it('leaves nothing behind where there is none', async () => {
    const emulator = await createEmulator();
    await emulator.close();
    expect(emulator.stateFolder).toBeUndefined();
    expect(() => statSync(emulator.caFile)).toThrow('ENOENT');
  });
});
