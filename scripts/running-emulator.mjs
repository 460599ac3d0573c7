// Starts the built emulator as a process of its own, for checks that meet it as its users do.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const pick = (line, label) => new RegExp(`^\\s+${label}\\s+(\\S+)`).exec(line)?.[1];

/**
 * Resolves when the emulator has printed that it is ready.
 *
 * @param {readonly string[]} command program and arguments
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ url: string, httpsUrl: string, apiKey: string, output: string, child: import('node:child_process').ChildProcess, stop(signal?: NodeJS.Signals): Promise<number | null> }>}
 */
export async function startEmulator([program, ...args], options = {}) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const found = { output: '' };
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      found.output += `${line}\n`;
      found.url ??= pick(line, 'HTTP');
      found.httpsUrl ??= pick(line, 'HTTPS');
      found.apiKey ??= pick(line, 'API key');
      if (line.includes('Ctrl-C ends it')) break;
    }
  })();
  await Promise.race([ready, exited]);
  if (!found.url) throw new Error(`The emulator ended before it was ready:\n${found.output}`);
  child.stdout.resume();
  return {
    ...found,
    child,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}
