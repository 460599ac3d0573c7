import type { TransportRequest } from './transport.ts';
import { HeaderForbiddenError } from './transport-errors.ts';

/**
 * Headers that say where a request goes, how long it is or who passes it on. `host` would change which site of a server
 * answers, and in other clients the name that is verified.
 */
const forbiddenHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @throws {@link HeaderForbiddenError} for a header that the transport alone may write */
export function requireAllowedHeaders({ headers, call }: TransportRequest): void {
  for (const name of Object.keys(headers)) {
    const lowerCase = name.toLowerCase();
    if (lowerCase.startsWith(':') || forbiddenHeaders.has(lowerCase)) {
      throw new HeaderForbiddenError(lowerCase, call);
    }
  }
}
