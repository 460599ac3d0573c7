import { BlockList, isIPv6, type Socket } from 'node:net';
import { InsecureBaseUrlError } from '../configuration-errors.ts';

/** RFC 1122 §3.2.1.3, RFC 4291 §2.5.3; the list takes IPv4 addresses within IPv6 for what they are. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Refuses, before anything is sent, a connection that leads to another machine: what `localhost` means is for a resolver to
 * say, and without TLS nothing else vouches for it.
 *
 * @throws {@link InsecureBaseUrlError}
 */
export function requireLoopbackPeer(socket: Socket): Socket {
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined && isLoopbackAddress(remoteAddress)) return socket;
  socket.destroy();
  if (remoteAddress === undefined) throw new Error('The connection was closed before it was used.');
  throw new InsecureBaseUrlError(
    'The name in the URL leads to another machine, and plain http is for this one.',
  );
}

/** Whether an address, as sockets spell it, is of this machine alone. */
export function isLoopbackAddress(address: string): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
