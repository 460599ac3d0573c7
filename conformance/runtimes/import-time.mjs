// Prints how long importing each built entry of crypto-core takes in a fresh process: the median of eleven. It is a figure
// to look at, not a check: what else the machine does decides about a single one.
//   node conformance/runtimes/import-time.mjs   (after npm run build)
import { execFileSync } from 'node:child_process';

const entries = ['index.js', 'node/index.js', 'web/index.js'];
const runs = 11;

for (const entry of entries) {
  const url = new URL(`../../packages/crypto-core/dist/${entry}`, import.meta.url).href;
  const script = `const t = performance.now(); await import(${JSON.stringify(url)}); console.log(performance.now() - t);`;
  const times = Array.from({ length: runs }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })),
  ).sort((a, b) => a - b);
  console.log(`${entry}: ${times[Math.floor(runs / 2)]?.toFixed(1)} ms`);
}
