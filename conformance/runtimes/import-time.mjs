import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const packageFolder = fileURLToPath(new URL('../../packages/crypto-core', import.meta.url));
const entries = ['index.js', 'node/index.js', 'web/index.js'];
const runs = 11;

/**
 * Prints how long importing each entry of crypto-core takes in a fresh process, as it is published: the median of eleven. A
 * figure to look at, not a check: what else the machine does decides about a single one.
 */
export async function printImportTimes() {
  const outDir = await mkdtemp(join(tmpdir(), 'keyfold-import-'));
  try {
    const configFile = join(packageFolder, 'vite.config.ts');
    await build({ configFile, root: packageFolder, logLevel: 'warn', build: { outDir } });
    const times = entries.map(() => []);
    for (let run = 0; run < runs; run++) {
      for (const [i, entry] of entries.entries()) times[i].push(importTimeMs(join(outDir, entry)));
    }
    const medians = entries.map((entry, i) => `${entry} ${median(times[i]).toFixed(1)} ms`);
    console.log(`import of crypto-core on Node ${process.version}, median of ${runs}: ${medians.join(', ')}`);
  } finally {
    await rm(outDir, { recursive: true });
  }
}

function importTimeMs(path) {
  const url = JSON.stringify(pathToFileURL(path).href);
  const script = `const t = performance.now(); await import(${url}); console.log(performance.now() - t);`;
  const options = ['--input-type=module', '--eval', script];
  return Number(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
