import { BaseUrlInvalidError, InsecureBaseUrlError } from '../configuration-errors.ts';

/** Where the service is. */
export interface BaseUrl {
  /** Scheme, host and port, such as `https://keyfold.example.com`. */
  readonly origin: string;
  /** What stands before every path: empty, or `/…` without a slash at its end. */
  readonly pathPrefix: string;
  readonly secure: boolean;
}

/** Names and addresses of this machine itself, as `URL` spells them (it turns `127.1` and the like into four numbers). */
const loopback = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Whether a URL leads to this machine, for certain. */
export function isLoopback({ hostname }: URL): boolean {
  return loopback.test(hostname);
}

/**
 * Reads a base URL. A text that is no URL is not quoted in the error: it may be an API key in the wrong place.
 *
 * @param insecureLoopback allows plain http, to this machine only
 * @throws {@link BaseUrlInvalidError} when it is not an http(s) URL, or has a user, query or fragment
 * @throws {@link InsecureBaseUrlError} for http to another machine, or to this one when it is not allowed
 */
export function parseBaseUrl(text: string, insecureLoopback: boolean): BaseUrl {
  const url = URL.parse(text);
  if (url === null) throw new BaseUrlInvalidError('The base URL is not a URL.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new BaseUrlInvalidError('The base URL must begin with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new BaseUrlInvalidError('The base URL must not hold a user name or password.');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new BaseUrlInvalidError('The base URL must not have a query or a fragment.');
  }
  const secure = url.protocol === 'https:';
  if (!secure && !isLoopback(url)) {
    throw new InsecureBaseUrlError(`The base URL ${url.origin} would send keys unencrypted over a network.`);
  }
  if (!secure && !insecureLoopback) {
    throw new InsecureBaseUrlError(
      `The base URL ${url.origin} is unencrypted, and insecureLoopback is not set.`,
    );
  }
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, ''), secure };
}
