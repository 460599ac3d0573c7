import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '@keyfold/test-support';
import { withoutProxies } from './proxy-checks.mjs';

const day = 86_400_000;
const ipAddresses = ['127.0.0.1'];
const daysFromNow = (days) => new Date(Date.now() + days * day);

/** What is wrong with a server's certificate, and the code by which every runtime's client says it. */
const certificates = {
  'a good certificate': [undefined, (authority) => authority.issue({ ipAddresses })],
  'an expired certificate': [
    'certificate_expired',
    (authority) => authority.issue({ ipAddresses, notBefore: daysFromNow(-2), notAfter: daysFromNow(-1) }),
  ],
  'a certificate of tomorrow': [
    'certificate_not_yet_valid',
    (authority) => authority.issue({ ipAddresses, notBefore: daysFromNow(1), notAfter: daysFromNow(2) }),
  ],
  'another host’s certificate': [
    'certificate_wrong_host',
    (authority) => authority.issue({ dnsNames: ['keyfold.example.com'] }),
  ],
  'a client’s certificate': [
    'certificate_wrong_purpose',
    (authority) => authority.issue({ ipAddresses, usage: 'client' }),
  ],
  'a stranger’s certificate': [
    'certificate_issuer_unknown',
    async () => (await createCertificateAuthority({ commonName: 'Somebody else' })).issue({ ipAddresses }),
  ],
};

/** A server that answers as the service does, and counts what it is asked. */
async function startServer({ chainPem, keyPem }) {
  const answer = JSON.stringify({ items: [], next: null });
  const started = { requests: 0, connections: 0 };
  const server = createServer({ cert: chainPem, key: keyPem }, (_, response) => {
    started.requests++;
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  server.on('connection', () => started.connections++).on('tlsClientError', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  started.url = `https://127.0.0.1:${server.address().port}`;
  started.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return started;
}

/**
 * Whether the runtime's own verification refuses what it must: by the same codes, at one attempt, with no request sent.
 *
 * @param launch runs the program `call-each.mjs` with these arguments and variables
 */
export async function checkCertificates(checks, apiKey, launch) {
  const authority = await createCertificateAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'keyfold-client-ca-'));
  const ca = join(folder, 'ca.pem');
  await writeFile(ca, authority.pem);
  const servers = [];
  try {
    for (const [, issue] of Object.values(certificates))
      servers.push(await startServer(await issue(authority)));
    const variables = { ...withoutProxies, NODE_EXTRA_CA_CERTS: ca, DENO_CERT: ca };
    const { answer } = await launch([apiKey, ...servers.map(({ url }) => url)], variables);
    for (const [index, [name, [code]]] of Object.entries(certificates).entries()) {
      const expected = code === undefined ? 'answered, 1 request' : `${code} in tls, attempts 1, 0 request`;
      await checks.equal(name, `${expected}, 1 connection`, () => {
        const { requests, connections } = servers[index];
        return `${answer[index]}, ${requests} request, ${connections} connection`;
      });
    }
  } finally {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true });
  }
}
