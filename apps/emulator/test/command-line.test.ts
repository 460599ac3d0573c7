import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
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

  for (const args of [
    ['--port=70000'],
    ['--port=x'],
    ['--nonsense'],
    ['positional'],
    ['--policies=loose'],
    ['--signatures=off'],
    ['--clock=tomorrow'],
    ['--journal=0'],
    ['--rate=Encrypt'],
    ['--ephemeral', '--state=x'],
  ])
    it(`refuses ${args.join(' ')} and points to --help`, async () => {
      const { code, stderr } = await run(...args);
      expect(code).toBe(1);
      expect(stderr).toContain('--help');
      expect(stderr).not.toContain('    at ');
    });

  it('lists its options', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const option of [
      '--port',
      '--https-port',
      '--host',
      '--state',
      '--ephemeral',
      '--seed',
      '--policies',
    ])
      expect(stdout).toContain(option);
  });

  it('does what its options say', async () => {
    const seed = join(folder, 'seed.yaml');
    writeFileSync(
      seed,
      'version: 1\naccounts: [{ id: "000000000000", keys: [{ id: f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0 }] }]\n',
    );
    const emulator = await startEmulatorProcess(join(folder, 'state'), [
      `--seed=${seed}`,
      '--clock=2026-01-01',
      '--freeze',
      '--rate=ListKeys=1',
      '--signatures=strict',
    ]);
    const clock = await fetch(`${emulator.url}/_emulator/clock`);
    expect(await clock.json()).toEqual({ now: '2026-01-01T00:00:00.000Z', frozen: true });
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = emulator.aws;
    expect(accessKeyId).toMatch(/^KEYFOLD[0-9A-F]{13}$/);
    const kms = new KMSClient({
      endpoint: emulator.url,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
      // The emulator stands at another time than this machine: the first attempt corrects the client's clock.
      maxAttempts: 2,
    });
    const { Keys = [] } = await kms.send(new ListKeysCommand({}));
    expect(Keys.map(({ KeyId }) => KeyId)).toContain('f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0');
    // All of its attempts, and the wrongly signed one before, are of a second that does not pass.
    await expect(kms.send(new ListKeysCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' });
    kms.destroy();
    expect(await emulator.kill('SIGTERM')).toBe(0);
  });

  it('names the line of a seed that is wrong, and starts nothing', async () => {
    const seed = join(folder, 'seed.yaml');
    writeFileSync(seed, 'version: 1\nkees: []\n');
    const { code, stderr } = await run('--port=0', '--https-port=0', '--ephemeral', `--seed=${seed}`);
    expect(code).toBe(1);
    expect(stderr).toContain(seed);
    expect(stderr).toContain('[seed_invalid]');
    expect(stderr).not.toContain('    at ');
  });

  it('refuses a second emulator on the same state, and a state that is corrupt, with what to do', async () => {
    const first = await startEmulatorProcess(folder);
    const second = await run('--port=0', '--https-port=0', `--state=${folder}`);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('[store_in_use]')]);
    expect((await fetch(`${first.url}/_emulator/ready`)).status).toBe(200);
    expect(await first.kill('SIGTERM')).toBe(0);
    const garbage = Buffer.alloc(8_192, 'garbage');
    writeFileSync(join(folder, 'state.sqlite'), garbage);
    const third = await run('--port=0', '--https-port=0', `--state=${folder}`);
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(/state\.sqlite[\s\S]*\[store_(foreign|corrupt)\]/);
    expect(third.stderr).not.toContain('    at ');
    expect(readFileSync(join(folder, 'state.sqlite')).equals(garbage)).toBe(true);
  });

  it('ends on SIGTERM although answers are held back and connections are kept open, and leaves no process', async () => {
    const emulator = await startEmulatorProcess(folder);
    await fetch(`${emulator.url}/_emulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ operation: 'ListKeys', effect: { kind: 'latency', ms: 600_000 } }),
    });
    const held = fetch(emulator.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.ListKeys' },
      body: '{}',
    }).catch(() => 'cut off');
    const idle = connect(Number(new URL(emulator.url).port), '127.0.0.1');
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    // A port scan, or half a TLS handshake: the first bytes of a ClientHello that never goes on.
    const half = connect(Number(new URL(emulator.httpsUrl).port), '127.0.0.1');
    half.on('error', () => undefined);
    await once(half, 'connect');
    half.write(Buffer.from('160301', 'hex'));
    for (let hits = 0; hits === 0; ) {
      const answer = await fetch(`${emulator.url}/_emulator/faults/fault-1`);
      ({ hits } = (await answer.json()) as { hits: number });
    }
    expect(await emulator.kill('SIGTERM')).toBe(0);
    await held;
    idle.destroy();
    half.destroy();
    expect(() => process.kill(emulator.pid, 0)).toThrow('ESRCH');
    for (const url of [emulator.url, emulator.httpsUrl]) {
      const server = createServer().listen(Number(new URL(url).port), '127.0.0.1');
      await once(server, 'listening');
      server.close();
    }
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
