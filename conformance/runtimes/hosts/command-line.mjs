// Node.js, Deno and Bun. Beside it lie what suite.ts was bundled to, and what others sealed, once it is known.
import { sealed } from './sealed.mjs';
import { openSealed, runSuite } from './suite.mjs';

console.log(JSON.stringify(await (sealed === undefined ? runSuite() : openSealed(sealed))));
