// Node.js, Deno and Bun. Beside it lies what suite.ts was bundled to.
import { runSuite } from './suite.mjs';

console.log(JSON.stringify(await runSuite()));
