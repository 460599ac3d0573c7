import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testApiKey } from './clients.ts';

const run = promisify(execFile);

/** Runs a script of this folder in a process of its own, with nothing in its environment but `env`. */
export async function runScript(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { stdout } = await run(process.execPath, ['--conditions=@keyfold/source', script], {
    env: { ...env },
  });
  return stdout.trim();
}

/** Makes one call in a process of its own; answers what became of it. */
export function runConnectOnce(env: Readonly<Record<string, string>>): Promise<string> {
  return runScript('connect-once.ts', { KEYFOLD_API_KEY: testApiKey, ...env });
}
