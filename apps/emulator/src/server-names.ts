import { isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { InvalidOptionError } from './errors.ts';

/** What a server certificate is issued for: subject alternative names of both kinds. */
export interface ServerNames {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
}

const loopback: ServerNames = { dns: ['localhost'], addresses: ['127.0.0.1', '::1'] };

/**
 * The loopback's names and those of `hosts`, as they stand in a `Host` header: names, IPv4 addresses and IPv6 addresses in brackets.
 *
 * @throws {InvalidOptionError} where one of them is neither.
 */
export function serverNames(hosts: readonly string[]): ServerNames {
  const dns = new Set(loopback.dns);
  const addresses = new Set(loopback.addresses);
  for (const host of hosts) {
    const bare = /^\[(.+)\]$/.exec(host)?.[1] ?? host;
    if (isIP(bare) !== 0) addresses.add(bare);
    else dns.add(dnsName(host));
  }
  return { dns: [...dns], addresses: [...addresses] };
}

/**
 * A host as clients write it into a `Host` header, which is as their URLs have it: a name outside of ASCII as its A-label (RFC 5890
 * §2.3.2.1), an IPv6 address in brackets and in the one form of the URL standard.
 *
 * @throws {InvalidOptionError} where it is neither a name nor an address.
 */
export function hostInUrls(host: string): string {
  const bare = /^\[(.+)\]$/.exec(host)?.[1] ?? host;
  if (isIP(bare) === 6)
    return URL.canParse(`http://[${bare}]`) ? new URL(`http://[${bare}]`).hostname : host.toLowerCase();
  return isIPv4(bare) ? bare : dnsName(host);
}

/** RFC 5280 §4.2.1.6: a name outside of ASCII stands in a certificate as its A-label. */
function dnsName(host: string): string {
  const name = domainToASCII(host);
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) || name.length > 253)
    throw new InvalidOptionError(
      'A host to answer to is a host name or an IP address, without a port: keyfold.test, 192.0.2.7 or [2001:db8::7].',
    );
  return name;
}

/** An address as a certificate has it (RFC 5280 §4.2.1.6): 4 bytes, or 16. */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number);
  // The URL standard writes IPv6 addresses in one way, an IPv4 part at the end in hexadecimal too.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  return Uint8Array.from(
    [...first, ...zeros, ...last].flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}
