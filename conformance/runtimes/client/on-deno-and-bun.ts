import * as sdk from '@keyfold/sdk';
import { examineClient } from './client-suite.ts';

console.log(JSON.stringify(await examineClient(sdk, JSON.parse(process.argv[2] ?? ''), process.env)));
