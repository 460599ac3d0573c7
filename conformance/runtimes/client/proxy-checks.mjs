import { once } from 'node:events';
import { createServer } from 'node:http';

/** A proxy that notes what it is asked and refuses it. */
async function startProxy() {
  const seen = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? 'no API key');
    response.writeHead(502).end();
  });
  server.on('connect', (request, socket) => {
    seen.push(request.headers.authorization ?? 'no API key');
    socket.end('HTTP/1.1 502 No\r\n\r\n');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, seen, close: () => server.close() };
}

/** This process's environment without what it says of proxies. */
export const withoutProxies = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)),
);

/**
 * Whether plain http keeps clear of a proxy of the environment, which each runtime's own `fetch` goes to.
 *
 * @param launch runs the program `behind-proxy.mjs` with these arguments and variables; once more for Deno, `blind`: without
 * the permission to see the environment
 */
export async function checkProxy(checks, { apiKey, url }, { launch, blind }) {
  const proxy = await startProxy();
  const given = [JSON.stringify({ apiKey, baseUrl: url }), url];
  const variables = { ...withoutProxies, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.url };
  const outcome = async (run, env) => {
    proxy.seen.length = 0;
    const { answer } = await run(given, env);
    return `${answer.client}; the proxy saw: ${proxy.seen.join(', ') || 'nothing'}`;
  };
  // What the proxy saw is the program's own request: so the runtime does go there.
  const refused = 'option_unsupported; the proxy saw: no API key';
  try {
    await checks.equal('HTTP_PROXY refuses plain http', refused, () => outcome(launch, variables));
    await checks.equal('NO_PROXY excepts this machine', 'answered: 1; the proxy saw: nothing', () =>
      outcome(launch, { ...variables, NO_PROXY: '127.0.0.1' }),
    );
    if (blind === undefined) return;
    await checks.equal('HTTP_PROXY that cannot be seen', refused, () => outcome(blind, variables));
  } finally {
    proxy.close();
  }
}
