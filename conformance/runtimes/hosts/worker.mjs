// workerd. Random bytes and cryptography exist only while a request is answered.
import { runSuite } from './suite.mjs';

export default {
  fetch: async () => Response.json(await runSuite()),
};
