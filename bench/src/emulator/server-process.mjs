import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * A server as a process of its own.
 *
 * @typedef {object} ServerProcess
 * @property {string} url
 * @property {string} output what it printed until it was ready
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/** As a user's shell has it: the C library's settings that the other tables are measured with would count as resident memory. */
const userEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('MALLOC_')),
);

/**
 * Starts a program and waits until it has printed where it listens.
 *
 * @param {readonly [string, ...string[]]} command
 * @param {RegExp} ready whose first group is the URL
 * @param {{ env?: NodeJS.ProcessEnv, on?: 'stdout' | 'stderr' }} [options]
 * @returns {Promise<ServerProcess>}
 */
export async function startServer([program, ...args], ready, { env = userEnvironment, on = 'stdout' } = {}) {
  const stdio = on === 'stdout' ? ['ignore', 'pipe', 'inherit'] : ['ignore', 'ignore', 'pipe'];
  const child = spawn(program, args, { env, stdio });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  const url = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${output}`)));
    child[on].setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = ready.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    url,
    pid: child.pid ?? 0,
    // What it prints later belongs to it too.
    get output() {
      return output;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** CPU time of the threads that a process has, in microseconds; undefined where the system does not tell. */
export function cpuMicroseconds(pid) {
  if (process.platform !== 'linux') return undefined;
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]);
  return nanoseconds / 1000;
}

/** Resident memory of a process in megabytes; undefined where the system does not tell. */
export function residentMegabytes(pid) {
  if (process.platform !== 'linux') return undefined;
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  // One that has just ended has none any more.
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}
