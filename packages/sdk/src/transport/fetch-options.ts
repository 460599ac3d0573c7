import { requireObject } from '../arguments.ts';
import { OptionInvalidError, OptionUnsupportedError } from '../configuration-errors.ts';
import type { Environment } from '../runtime.ts';
import type { ConnectionOptions } from './connection-options.ts';

/** What `fetch` cannot be asked for, and why nobody else can do it. */
const reason = 'fetch leaves connections to the runtime';

/**
 * Refuses, when the client is made, whatever `fetch` could only ignore: a pin that is not looked at is worse than none.
 *
 * @throws {@link OptionUnsupportedError} which names the option or the variable
 */
export function requireNoConnectionOptions(options: ConnectionOptions, environment: Environment): void {
  const { tls, proxy, http2, maxConnections } = options;
  if (tls !== undefined) requireObject('tls', tls, OptionInvalidError);
  for (const [name, value] of Object.entries(tls ?? {})) {
    if (value !== undefined) {
      throw new OptionUnsupportedError(
        `tls.${/^\w{1,40}$/.test(name) ? name : '…'} cannot be kept: ${reason}.`,
      );
    }
  }
  if (proxy !== undefined) throw new OptionUnsupportedError(`proxy cannot be kept: ${reason}.`);
  if (http2 !== undefined) throw new OptionUnsupportedError(`http2 cannot be kept: ${reason}.`);
  if (maxConnections !== undefined) {
    throw new OptionUnsupportedError(`maxConnections cannot be kept: ${reason}.`);
  }
  if ((environment['KEYFOLD_CA_BUNDLE'] ?? '') !== '') {
    throw new OptionUnsupportedError(`KEYFOLD_CA_BUNDLE cannot be kept: ${reason}.`);
  }
  requireVerification(environment);
}

/**
 * Node and Bun obey the variable for each connection, and fetch has no way to say no.
 *
 * @throws {@link OptionUnsupportedError}
 */
export function requireVerification(environment: Environment): void {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new OptionUnsupportedError('NODE_TLS_REJECT_UNAUTHORIZED=0 would switch verification off.');
  }
}
