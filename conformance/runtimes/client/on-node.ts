import * as sdk from '@keyfold/sdk/fetch';
import { examineClient } from './client-suite.ts';

// On Node.js '@keyfold/sdk' is the client over undici: this one is asked for by its own name.
console.log(JSON.stringify(await examineClient(sdk, JSON.parse(process.argv[2] ?? ''), process.env)));
