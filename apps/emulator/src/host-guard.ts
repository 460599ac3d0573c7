import type { IncomingMessage } from 'node:http';
import { type RequestHead, readRequestHead } from './request-head.ts';
import { hostInUrls } from './server-names.ts';

/** Why a request is refused before anything looks at it. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly message: string;
}

/**
 * Keeps web pages away from the emulator: DNS rebinding makes a page's own name resolve to 127.0.0.1, and a page may
 * send simple requests anywhere. The `Host` header tells the first, `Origin` the second.
 */
export class HostGuard {
  readonly #names: ReadonlySet<string>;
  /** The Host that was allowed last: clients hardly ever name another. */
  #allowedHost: string | undefined;

  /**
   * @param extraNames - host names that are allowed beside the loopback's own, as they are written or as URLs have them.
   * @throws {InvalidOptionError} where one of them is neither a name nor an address.
   */
  constructor(extraNames: readonly string[] = []) {
    this.#names = new Set([
      'localhost',
      '127.0.0.1',
      '[::1]',
      ...extraNames.flatMap((name) => [name.toLowerCase(), hostInUrls(name)]),
    ]);
  }

  /** The reason to refuse a request, or undefined where it may pass. */
  refusal(request: IncomingMessage, head: RequestHead = readRequestHead(request)): Refusal | undefined {
    // Node takes the first of two Host headers in silence; which one a proxy took is anybody's guess.
    if (head.hosts !== 1) return { status: 400, message: 'A request names exactly one Host.' };
    if (!this.#allows(head.host ?? ''))
      return { status: 403, message: 'The emulator answers to localhost, 127.0.0.1 and [::1] only.' };
    // RFC 9112 §3.2.2: in absolute form the target, not Host, names the authority. Only proxies are sent that.
    if (request.url?.startsWith('/') !== true && request.url !== '*')
      return { status: 400, message: 'A request names a path.' };
    const { origin } = head;
    if (origin !== undefined && !this.#allowsOrigin(origin))
      return { status: 403, message: 'The emulator does not answer requests that other sites make.' };
    return undefined;
  }

  #allows(host: string): boolean {
    if (host === this.#allowedHost) return true;
    const name = /^(.+?)(?::\d{1,5})?$/.exec(host)?.[1];
    if (name === undefined || !this.#names.has(name.toLowerCase())) return false;
    this.#allowedHost = host;
    return true;
  }

  #allowsOrigin(origin: string): boolean {
    return URL.canParse(origin) && this.#names.has(new URL(origin).hostname);
  }
}
