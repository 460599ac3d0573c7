// Runs turbo without the messages that it would send home: node scripts/turbo.mjs run build
// With --quiet first, its output is shown only where it fails: who starts the emulator wants to see the emulator.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [first, ...rest] = process.argv.slice(2);
const quiet = first === '--quiet';
const args = quiet ? rest : process.argv.slice(2);

const require = createRequire(import.meta.url);
const turbo = join(dirname(require.resolve('turbo/package.json')), 'bin', 'turbo');
const { status, stdout, stderr } = spawnSync(process.execPath, [turbo, ...args], {
  stdio: quiet ? 'pipe' : 'inherit',
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
});
if (quiet && status !== 0) process.stderr.write(Buffer.concat([stdout, stderr]));
process.exitCode = status ?? 1;
