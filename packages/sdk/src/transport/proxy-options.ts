import { BlockList, isIP } from 'node:net';
import { ProxyInvalidError } from '../configuration-errors.ts';
import type { Environment } from '../runtime.ts';
import { type BaseUrl, isLoopback } from './base-url.ts';

/** A proxy, checked. Its credentials are in `authorization` alone, which goes into one header and no message. */
export interface ProxyConfig {
  /** Whether the proxy itself is spoken to in TLS. */
  readonly secure: boolean;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The value of Proxy-Authorization. */
  readonly authorization?: string | undefined;
}

/**
 * The proxy to go through, if any. The option wins; without one HTTPS_PROXY counts, unless NO_PROXY names the server or
 * the server is this machine. Plain HTTP never goes through a proxy: it is for this machine alone, and a proxy would
 * read it.
 *
 * @throws {@link ProxyInvalidError}
 */
export function resolveProxy(
  option: string | URL | false | undefined,
  environment: Environment,
  { origin, secure }: BaseUrl,
): ProxyConfig | undefined {
  if (option === false) return undefined;
  const server = new URL(origin);
  if (option !== undefined) {
    if (!secure)
      throw new ProxyInvalidError('A proxy cannot be used with plain http: it would read the keys.');
    if (typeof option !== 'string' && !(option instanceof URL)) {
      throw new ProxyInvalidError('proxy must be a URL, or false.');
    }
    return parseProxy('proxy', String(option));
  }
  if (!secure || isLoopback(server)) return undefined;
  // The lower-case name wins, as it does for curl.
  const fromEnvironment = environment['https_proxy'] || environment['HTTPS_PROXY'];
  if (fromEnvironment === undefined || fromEnvironment === '') return undefined;
  const exceptions = environment['no_proxy'] || environment['NO_PROXY'] || '';
  if (isExcepted(bare(server.hostname), Number(server.port || 443), exceptions)) return undefined;
  return parseProxy('HTTPS_PROXY', fromEnvironment);
}

function parseProxy(what: string, text: string): ProxyConfig {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || url.hostname === '') throw new ProxyInvalidError(`${what} is not a URL.`);
  const { protocol, hostname, port, username, password, pathname, search, hash } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ProxyInvalidError(`${what} must begin with http:// or https://.`);
  }
  if (pathname !== '/' || search !== '' || hash !== '') {
    throw new ProxyInvalidError(`${what} must not have a path, a query or a fragment.`);
  }
  const secure = protocol === 'https:';
  const hasUser = username !== '' || password !== '';
  return {
    secure,
    hostname: bare(hostname),
    port: Number(port || (secure ? 443 : 80)),
    authorization: hasUser ? basic(what, username, password) : undefined,
  };
}

/** RFC 7617 §2: user and password in UTF-8, as the URL says them in per cent. */
function basic(what: string, username: string, password: string): string {
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
  } catch {
    // Not kept as a cause: it quotes what could not be decoded.
    throw new ProxyInvalidError(`${what} has a user or password that is not percent-encoded.`);
  }
}

/**
 * Whether NO_PROXY names the host: `*`, a domain (with all below it, a leading dot or `*.` makes no difference but that
 * the domain itself is not meant), an address, a network such as `10.0.0.0/8`; each with a port or without one.
 */
function isExcepted(hostname: string, port: number, exceptions: string): boolean {
  return exceptions
    .split(/[\s,]+/)
    .filter((exception) => exception !== '')
    .some((exception) => matches(exception.toLowerCase(), hostname.replace(/\.$/, ''), port));
}

function matches(exception: string, hostname: string, port: number): boolean {
  const withPort = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+)):(?<port>\d+)$/.exec(exception)?.groups;
  if (withPort && Number(withPort['port']) !== port) return false;
  const pattern = bare(withPort?.['v6'] ?? withPort?.['name'] ?? exception).replace(/\.$/, '');
  if (pattern === '*') return true;
  if (isIP(hostname) !== 0) return matchesAddress(pattern, hostname);
  const below = pattern.replace(/^\*?\./, '');
  return hostname.endsWith(`.${below}`) || (pattern === below && hostname === below);
}

function matchesAddress(pattern: string, address: string): boolean {
  const [network = '', prefix] = pattern.split('/');
  const family = isIP(network);
  if (family === 0 || family !== isIP(address)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  const longest = family === 6 ? 128 : 32;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > longest) return false;
  list.addSubnet(network, bits, type);
  return list.check(address, type);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
