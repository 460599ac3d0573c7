import { spawnSync } from 'node:child_process';

/** What is imported, and how long it may take in milliseconds. */
const modules = [
  { name: '@keyfold/sdk', target: 40 },
  { name: '@keyfold/sdk/fetch' },
  { name: 'undici' },
  { name: '@aws-sdk/client-kms' },
  { name: '@aws-crypto/client-node' },
];

function spawnTime(script) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - started;
}

/**
 * How much longer a process takes that imports something than one that does not, both spawned one after the other.
 *
 * @param {number} pairs
 */
export function importTimes(pairs) {
  return modules.map(({ name, target }) => {
    const differences = Array.from({ length: pairs }, () => {
      const without = spawnTime('');
      return spawnTime(`import ${JSON.stringify(name)};`) - without;
    });
    const value = differences.sort((a, b) => a - b)[pairs >> 1];
    return { name: `import of ${name}`, value, unit: 'ms', target };
  });
}
