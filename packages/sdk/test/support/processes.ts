import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testApiKey } from './clients.ts';

const run = promisify(execFile);

const scripts = {
  connectEach: new URL('./connect-each.ts', import.meta.url),
  callAndLeave: new URL('./call-and-leave.ts', import.meta.url),
  connectOnce: new URL('./connect-once.ts', import.meta.url),
  connectOverFetch: new URL('./connect-over-fetch.ts', import.meta.url),
  encryptAndLeave: new URL('./encrypt-and-leave.ts', import.meta.url),
} as const;

/** Runs a script in a process of its own, with an API key and nothing else in its environment but `env`. */
export async function runScript(
  name: keyof typeof scripts,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ['--conditions=@keyfold/source', fileURLToPath(scripts[name])],
    {
      env: { KEYFOLD_API_KEY: testApiKey, ...env },
    },
  );
  return stdout.trim();
}
