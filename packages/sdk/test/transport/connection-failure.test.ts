import { once } from 'node:events';
import { createServer } from 'node:tls';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { ConnectFailure } from '../../src/transport/connect-failure.ts';
import { connectionFailure } from '../../src/transport/connection-failure.ts';
import { fetchFailure } from '../../src/transport/fetch-failure.ts';
import { clientOf, getTenant } from '../support/clients.ts';
import { rejection } from '../support/settle.ts';
import { goodServer } from './support/routes.ts';

const call = { operation: 'getTenant', attempts: 1 } as const;
const coded = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('the message of a connection that failed', () => {
  it.each([
    ['its code', coded, 'The server could not be reached: ECONNRESET.'],
    ['its sentence', new Error('It was closed.'), 'The server could not be reached: It was closed.'],
    ['nothing', 'thrown text', 'The server could not be reached.'],
  ])('says, where a connection was made, %s', (_, cause, message) => {
    expect(connectionFailure(new ConnectFailure('server', cause), call).message).toBe(message);
  });

  it.each([
    ['its code', coded, 'No whole answer came from the server: ECONNRESET.'],
    ['nothing else', new TypeError('a piece of the answer'), 'No whole answer came from the server.'],
  ])('says, where a connection was there, %s', (_, failure, message) => {
    expect(connectionFailure(failure, call).message).toBe(message);
    expect(fetchFailure(failure, call).message).toBe(message);
  });
});

it('a server that speaks HTTP/2 alone leads to the option for it', async () => {
  const authority = await createCertificateAuthority();
  const { pin: _, ...good } = await goodServer(authority);
  const server = createServer({ ...good, ALPNProtocols: ['h2'] }).on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  try {
    await using client = clientOf(`https://127.0.0.1:${port}`, { tls: { ca: [authority.pem] } });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'tls_handshake_failed',
      attempts: 1,
      hint: expect.stringContaining('http2: true'),
    });
  } finally {
    server.close();
  }
});
