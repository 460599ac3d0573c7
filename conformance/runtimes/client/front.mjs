import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request as sendRequest } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';

/**
 * A developer's own server. It serves a page, a key set and, below /keyfold, hands requests on to the emulator, as the servers of
 * bundlers do: the emulator tells no browser that another origin may read its answers. Below /silent it never answers, and
 * below /moved it sends elsewhere.
 */
export async function startFront(emulatorUrl, folder, keySet) {
  const pages = { '/': ['text/html', '<!doctype html>'], '/jwks': ['application/jwk-set+json', keySet] };
  const server = createServer(async (request, response) => {
    const [, place = '', path = ''] = /^\/(keyfold|silent|moved)(\/.*)$/.exec(request.url) ?? [];
    if (place === 'silent') return request.resume();
    if (place === 'moved') return response.writeHead(307, { location: `/keyfold${path}` }).end();
    if (place === 'keyfold') return handOn(new URL(path, emulatorUrl), request, response);
    const script = request.url === '/client.mjs' && (await readFile(join(folder, 'client.mjs')));
    const [type, body] = script ? ['text/javascript', script] : (pages[request.url] ?? ['text/plain', '']);
    response.setHeader('content-type', type);
    response.end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function handOn(url, request, response) {
  const headers = { ...request.headers, host: url.host };
  const forward = sendRequest(url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  forward.once('error', () => response.destroy());
  request.pipe(forward);
}

/** An address at which nobody listens: one that was free a moment ago. */
export async function lostUrl() {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return `http://127.0.0.1:${port}`;
}
