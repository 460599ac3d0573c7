// Runs a command with the address of a fresh emulator as its last argument: node scripts/with-emulator.mjs python3 check.py
import { spawnSync } from 'node:child_process';
import { startEmulator } from './running-emulator.mjs';

const [program, ...args] = process.argv.slice(2);
if (program === undefined) throw new Error('Give a command to run.');

const emulator = await startEmulator([
  process.execPath,
  'apps/emulator/dist/main.js',
  '--port=0',
  '--https-port=0',
  '--ephemeral',
]);
const result = spawnSync(program, [...args, emulator.url], { stdio: 'inherit' });
const code = await emulator.stop();
process.exitCode = result.status === 0 && code === 0 ? 0 : 1;
