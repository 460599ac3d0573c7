import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts');

/** An emulator in a process of its own, which can be killed. */
export interface EmulatorProcess {
  readonly url: string;
  readonly httpsUrl: string;
  readonly caFile: string;
  readonly apiKey: string;
  /** The environment variables for AWS's clients. */
  readonly aws: Readonly<Record<string, string>>;
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs the command line from its sources, for one test. */
export function spawnEmulator(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=@keyfold/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that fails before it ends its emulator must not leave it behind.
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Starts an emulator on any free ports and waits until it says that it is ready. */
export async function startEmulatorProcess(
  stateFolder: string,
  args: readonly string[] = [],
): Promise<EmulatorProcess> {
  const child = spawnEmulator(['--port=0', '--https-port=0', `--state=${stateFolder}`, ...args]);
  const exited = once(child, 'exit');
  const found = new Map<string, string>();
  const aws: Record<string, string> = {};
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  if (child.stdout === null) throw new TypeError('The child has a pipe as its standard output.');
  for await (const line of createInterface({ input: child.stdout })) {
    const [, label, value] = /^ {2}(HTTP|HTTPS|CA|API key) +(\S+)/.exec(line) ?? [];
    if (label !== undefined && value !== undefined) found.set(label, value);
    for (const [, name = '', setting = ''] of line.matchAll(/\b(AWS_\w+)=([^\s,]+)/g)) aws[name] = setting;
    if (line.includes('Ctrl-C ends it')) break;
  }
  child.stdout.resume();
  const get = (label: string): string => {
    const value = found.get(label);
    if (value === undefined) throw new Error(`The emulator did not say its ${label}: ${complaint}`);
    return value;
  };
  return {
    url: get('HTTP'),
    httpsUrl: get('HTTPS'),
    caFile: get('CA'),
    apiKey: get('API key'),
    aws,
    pid: child.pid ?? 0,
    kill: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
