// workerd. Random bytes and cryptography exist only while a request is answered.
import { openSealed, runSuite } from './suite.mjs';

export default {
  async fetch(request) {
    const sealed = request.method === 'POST' ? await request.json() : undefined;
    return Response.json(await (sealed === undefined ? runSuite() : openSealed(sealed)));
  },
};
