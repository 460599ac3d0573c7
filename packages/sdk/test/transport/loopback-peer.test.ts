import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { isLoopbackAddress } from '../../src/transport/loopback-peer.ts';
import { clientOf, getTenant } from '../support/clients.ts';
import { rejection } from '../support/settle.ts';

const peer = vi.hoisted((): { address: string | undefined } => ({ address: undefined }));

// No test machine has a second machine for certain: what a socket says of its peer is changed, and nothing else.
vi.mock('node:net', async (original) => {
  const net = await original<typeof import('node:net')>();
  const connect = (options: import('node:net').TcpNetConnectOpts): Socket => {
    const socket = net.connect(options);
    return peer.address === undefined
      ? socket
      : Object.defineProperty(socket, 'remoteAddress', { value: peer.address });
  };
  return { ...net, connect };
});

describe('plain http to this machine', () => {
  it('sends nothing to another machine that the name leads to', async () => {
    const received: number[] = [];
    const closed: Promise<unknown>[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk) => received.push(chunk.byteLength)).on('error', () => undefined);
      closed.push(once(socket, 'close'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    peer.address = '192.0.2.1';
    try {
      await using client = clientOf(`http://localhost:${port}`);
      const error = await rejection(getTenant(client));
      expect(error).toMatchObject({ code: 'insecure_base_url', layer: 'config', retryable: false });
      await Promise.all(closed);
      expect([closed.length, received]).toEqual([1, []]);
    } finally {
      peer.address = undefined;
      server.close();
    }
  });

  it.each(['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1'])('knows %s as this machine', (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
  });

  it.each(['126.255.255.255', '128.0.0.1', '10.0.0.1', '::', '::2', 'fe80::1', '::ffff:192.0.2.1', ''])(
    'knows %j as none of this machine',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false);
    },
  );
});
