import { InsecureBaseUrlError, OptionInvalidError } from '../configuration-errors.ts';
import { type BaseUrl, isLoopback } from '../transport/base-url.ts';

/** Where a key set is. */
export interface KeySetUrl {
  readonly server: BaseUrl;
  /** Path and query. */
  readonly path: string;
}

/**
 * Reads a key set's URL. It is not quoted in errors: whoever puts a secret into it should not find it in a log.
 *
 * @param insecureLoopback allows plain http, to this machine only
 * @throws {@link OptionInvalidError} when it is not an http(s) URL, or has a user or fragment
 * @throws {@link InsecureBaseUrlError} for http to another machine, or to this one when it is not allowed
 */
export function parseKeySetUrl(text: string, insecureLoopback: boolean): KeySetUrl {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new OptionInvalidError('url must be a URL that begins with https://.');
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new OptionInvalidError('url must not hold a user name, a password or a fragment.');
  }
  const secure = url.protocol === 'https:';
  if (!secure && !isLoopback(url)) {
    throw new InsecureBaseUrlError('url would fetch keys unprotected over a network.');
  }
  if (!secure && !insecureLoopback) {
    throw new InsecureBaseUrlError('url is unencrypted, and insecureLoopback is not set.');
  }
  return { server: { origin: url.origin, pathPrefix: '', secure }, path: url.pathname + url.search };
}
