// workerd. Beside it lies what bundled.ts was bundled to.
import { runClient } from './client.mjs';

export default {
  async fetch(request) {
    return Response.json(await runClient(await request.json()));
  },
};
