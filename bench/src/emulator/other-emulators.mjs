import { spawnSync } from 'node:child_process';
import { startServer } from './server-process.mjs';

/**
 * Other emulators of AWS KMS that this machine has: moto where `moto_server` is on the PATH, and whatever runs already where
 * KEYFOLD_BENCH_KMS names it: `local-kms=http://127.0.0.1:8080`, several separated by commas.
 *
 * @returns {Promise<{ others: readonly { name: string, url: string, stop: () => Promise<void> }[], missing: readonly string[] }>}
 */
export async function findOtherEmulators() {
  const others = [];
  const missing = [];
  if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0) {
    const server = await startServer(['moto_server', '-p', '0'], /Running on (http:\/\/127[.\d]+:\d+)/, {
      on: 'stderr',
    });
    // Its CPU time is not taken: its threads end with their requests, and their time with them.
    others.push({ name: 'moto', url: server.url, stop: server.stop });
  } else missing.push('moto: `moto_server` is not on the PATH');
  const named = (process.env.KEYFOLD_BENCH_KMS ?? '').split(',').filter((entry) => entry !== '');
  for (const entry of named) {
    const [name, url] = entry.split('=', 2);
    others.push({ name, url, stop: async () => {} });
  }
  for (const name of ['local-kms', 'ministack'])
    if (!others.some((other) => other.name === name))
      missing.push(`${name}: KEYFOLD_BENCH_KMS does not say where one runs`);
  return { others, missing };
}
