import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { clientOf, getTenant } from '../support/clients.ts';
import { runScript } from '../support/processes.ts';
import { rejection } from '../support/settle.ts';
import { closed } from './support/closed.ts';
import { ConnectProxy } from './support/connect-proxy.ts';
import { connectionOf, goodServer, routes } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

const authority = await createCertificateAuthority();
const { pin: _, ...good } = await goodServer(authority);
const tls = { ca: [authority.pem] };
const urlOf = ({ port }: { port: number }): string => `https://127.0.0.1:${port}`;

/** A server that takes connections and says nothing. */
async function blackHole(): Promise<
  AsyncDisposable & { port: number; sockets: Socket[]; taken: Promise<unknown> }
> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined).resume()));
  const taken = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  const dispose = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: address.port, sockets, taken, [Symbol.asyncDispose]: dispose };
}

describe.each(routes)('close(), $title,', (route) => {
  it('leaves no connection that has served', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    const client = clientOf(urlOf(listener), { tls, connection: connectionOf(route, proxy) });
    await Promise.all([getTenant(client), getTenant(client), getTenant(client)]);
    expect(listener.open).toBeGreaterThan(0);
    await client.close();
    await Promise.all([listener.drained(), proxy.drained()]);
  });

  it('ends a request under way', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    listener.gate = new Promise(() => undefined);
    const client = clientOf(urlOf(listener), { tls, connection: connectionOf(route, proxy) });
    const call = rejection(getTenant(client));
    await listener.requested(1);
    await client.close();
    expect(await call).toMatchObject({ code: 'client_closed' });
    await Promise.all([listener.drained(), proxy.drained()]);
  });

  it('ends a handshake under way', async () => {
    await using server = await blackHole();
    await using proxy = await ConnectProxy.start(server.port);
    const client = clientOf(urlOf(server), { tls, connection: connectionOf(route, proxy) });
    const call = rejection(getTenant(client));
    await server.taken;
    await client.close();
    expect(await call).toMatchObject({ code: 'client_closed' });
    await Promise.all(server.sockets.map(closed));
  });
});

it('close() ends a proxy’s answer that does not come', async () => {
  await using proxy = await blackHole();
  const connection = { proxy: { secure: false, hostname: '127.0.0.1', port: proxy.port } };
  const client = clientOf('https://keyfold.test', { tls, connection });
  const call = rejection(getTenant(client));
  await proxy.taken;
  await client.close();
  expect(await call).toMatchObject({ code: 'client_closed' });
  await Promise.all(proxy.sockets.map(closed));
});

it('close() leaves no connection that comes about at the same moment', async () => {
  await using server = await blackHole();
  const client = clientOf(`http://127.0.0.1:${server.port}`);
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.once('connect', () => void Promise.resolve().then(() => client.close()));
  };
  subscribe('net.client.socket', onSocket);
  const call = rejection(getTenant(client));
  await server.taken;
  expect(await call).toMatchObject({ code: 'client_closed' });
  unsubscribe('net.client.socket', onSocket);
  await Promise.all(server.sockets.map(closed));
});

it('a handshake that does not end is ended after its time', async () => {
  await using server = await blackHole();
  const retryPolicy = { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxRetryAfterMs: 1 };
  await using client = clientOf(urlOf(server), { tls, connection: { connectTimeoutMs: 30 }, retryPolicy });
  expect(await rejection(getTenant(client))).toMatchObject({
    code: 'connection_failed',
    message: 'The server could not be reached: There was no connection within 30 ms.',
    cause: { message: expect.stringContaining('30 ms') },
  });
  await Promise.all(server.sockets.map(closed));
});

it('a pool that was renewed leaves no connection either', async () => {
  let monotonicMs = 0;
  await using listener = await TlsListener.start(good);
  const connection = { maxConnectionAgeMs: 60_000, monotonicMs: () => monotonicMs };
  const client = clientOf(urlOf(listener), { tls, connection });
  const open = Promise.withResolvers<void>();
  listener.gate = open.promise;
  const early = getTenant(client);
  await listener.requested(1);
  monotonicMs = 60_001;
  const late = getTenant(client);
  await listener.requested(2);
  expect(listener.open).toBe(2);
  open.resolve();
  await Promise.all([early, late]);
  await client.close();
  await listener.drained();
});

describe.each(['http', 'https', undefined])(
  'a process of its own (through a proxy of scheme %s)',
  (scheme) => {
    it.each([
      ['after close()', 'no', 'no'],
      ['after close(), over HTTP/2', 'yes', 'no'],
      ['without close(): connections that wait keep nothing alive', 'no', 'yes'],
      ['without close(), over HTTP/2', 'yes', 'yes'],
    ])('holds nothing more and ends by itself %s', async (_, http2, withoutClose) => {
      await using listener = await TlsListener.start(good);
      await using proxy = await ConnectProxy.start(listener.port, scheme === 'https' ? good : undefined);
      const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
      writeFileSync(join(folder, 'ca.pem'), authority.pem);
      const output = await runScript('callAndLeave', {
        KEYFOLD_BASE_URL: urlOf(listener),
        KEYFOLD_CA_BUNDLE: join(folder, 'ca.pem'),
        HTTP2: http2,
        WITHOUT_CLOSE: withoutClose,
        ...(scheme && { PROXY: `${scheme}://127.0.0.1:${proxy.port}` }),
      });
      rmSync(folder, { recursive: true });
      expect(output.split('\n')).toEqual(['connected', 'connected', '[]']);
      expect(listener.protocols[0]).toBe(http2 === 'yes' ? 'h2' : 'http/1.1');
      expect(proxy.asked.length > 0).toBe(scheme !== undefined);
    });
  },
);
