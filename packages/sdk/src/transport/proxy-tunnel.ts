import { isIP, type Socket } from 'node:net';
import { ProxyRefusal } from './connect-failure.ts';
import type { ProxyConfig } from './proxy-options.ts';
import type { Address } from './sockets.ts';

/**
 * Asks a proxy for a way to the server (RFC 9110 §9.3.6). What then goes through is TLS, which the proxy cannot read.
 *
 * @param connect opens a connection to the proxy, which is destroyed if it refuses
 * @throws {@link ProxyRefusal}
 */
export async function openTunnel(
  connect: () => Promise<Socket>,
  proxy: ProxyConfig,
  { hostname, port }: Address,
  signal: AbortSignal,
): Promise<Socket> {
  // First, so that the socket is never there without somebody who hears of its errors.
  const { request } = await import('node:http');
  const toProxy = await connect();
  const authority = `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
  return await new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      toProxy.on('error', () => undefined).destroy();
      reject(error);
    };
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: {
        host: authority,
        connection: 'keep-alive',
        ...(proxy.authorization !== undefined && { 'proxy-authorization': proxy.authorization }),
      },
      setHost: false,
      createConnection: () => toProxy,
      signal,
    });
    asked.on('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) fail(new ProxyRefusal(statusCode));
      // In TLS the client speaks first: whatever comes now is not from the server.
      else if (head.byteLength > 0) fail(new Error('The proxy sent something of its own.'));
      else resolve(socket);
    });
    asked.on('error', fail);
    asked.end();
  });
}
