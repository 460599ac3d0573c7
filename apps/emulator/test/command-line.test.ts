import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnEmulator, startEmulatorProcess } from './emulator-process.ts';

/** Runs a command line that is expected to end by itself. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawnEmulator(args);
  if (child.stdout === null || child.stderr === null) throw new TypeError('The child has pipes.');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

describe('keyfold-emulator', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('says which port is taken and what to do, in two lines without a stack', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { code, stderr } = await run(`--port=${port}`, '--https-port=0', '--ephemeral');
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(stderr).toContain('--port 0');
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });

  it('says which folder cannot be written and what to do', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stderr } = await run('--port=0', '--https-port=0', `--state=${join(file, 'state')}`);
    expect(code).toBe(1);
    expect(stderr).toContain(join(file, 'state'));
    expect(stderr).toContain('--ephemeral');
    expect(stderr).not.toContain('    at ');
  });

  for (const args of [['--port=70000'], ['--port=x'], ['--nonsense'], ['positional']])
    it(`refuses ${args.join(' ')} and points to --help`, async () => {
      const { code, stderr } = await run(...args);
      expect(code).toBe(1);
      expect(stderr).toContain('--help');
      expect(stderr).not.toContain('    at ');
    });

  it('lists its options', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const option of ['--port', '--https-port', '--host', '--state', '--ephemeral'])
      expect(stdout).toContain(option);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`ends cleanly on ${signal}, its ports free and its state kept`, async () => {
      const first = await startEmulatorProcess(folder);
      expect(await first.kill(signal)).toBe(0);
      await expect(fetch(`${first.url}/_emulator/ready`)).rejects.toThrow();
      const second = await startEmulatorProcess(folder);
      expect(second.apiKey).toBe(first.apiKey);
      expect(await second.kill(signal)).toBe(0);
    });
});
