import type { ErrorLayer } from '@keyfold/crypto-core';
import { type CallDetails, CallError } from '../calls/call-error.ts';
import { type TlsErrorCode, type TlsFailure, tlsFailures } from './tls-failures.ts';

/** The codes of calls that brought no usable answer. */
export type TransportErrorCode =
  | 'connection_failed'
  | 'timeout'
  | 'call_aborted'
  | 'redirect_refused'
  | 'response_too_large'
  | 'unexpected_response'
  | 'proxy_refused'
  | 'header_forbidden'
  | TlsErrorCode;

/** For each code: where its cause lies, whether trying again may help, and the way out. */
export const transportErrors: Readonly<
  Record<
    TransportErrorCode,
    { readonly layer: ErrorLayer; readonly retryable: boolean; readonly hint: string }
  >
> = {
  ...tlsErrors(),
  connection_failed: {
    layer: 'transport',
    retryable: true,
    hint: 'Check that the server at baseUrl is running and can be reached from here: name, port, firewall, proxy.',
  },
  timeout: {
    layer: 'transport',
    retryable: true,
    hint: 'The server is slow or cannot be reached. Try again, or raise timeoutMs if such calls really take that long.',
  },
  call_aborted: {
    layer: 'transport',
    retryable: false,
    hint: 'The signal that was passed with the call was aborted.',
  },
  redirect_refused: {
    layer: 'transport',
    retryable: false,
    hint: 'Set baseUrl to the final address. Redirects are never followed: they would carry the API key elsewhere.',
  },
  response_too_large: {
    layer: 'transport',
    retryable: false,
    hint: 'Check that baseUrl names a Keyfold service and not something else.',
  },
  unexpected_response: {
    layer: 'transport',
    retryable: false,
    hint: 'Check that baseUrl names a Keyfold service of a matching version, and that no proxy changes its answers.',
  },
  proxy_refused: {
    layer: 'transport',
    retryable: false,
    hint: 'Check the proxy option or HTTPS_PROXY: its address, the user and password in it, and whether it lets connections to baseUrl through. NO_PROXY or proxy: false goes without.',
  },
  header_forbidden: {
    layer: 'config',
    retryable: false,
    hint: 'Leave the header out: it says where the request goes, how long it is or who passes it on, and is written by the transport alone.',
  },
};

/** Tried once: the same server would present the same certificate. */
function tlsErrors(): Record<TlsErrorCode, { layer: 'tls'; retryable: false; hint: string }> {
  const rows = Object.entries(tlsFailures) as [TlsErrorCode, TlsFailure][];
  const errors = rows.map(([code, { hint }]) => [code, { layer: 'tls', retryable: false, hint }]);
  return Object.fromEntries(errors) as Record<TlsErrorCode, { layer: 'tls'; retryable: false; hint: string }>;
}

/** The base of errors of calls that brought no usable answer. */
export abstract class TransportError extends CallError {
  abstract override readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, call: CallDetails, options?: ErrorOptions) {
    super(message, call, { ...transportErrors[code], ...options });
  }
}

/** The server could not be reached, or the connection broke. */
export class ConnectionError extends TransportError {
  readonly code = 'connection_failed';
  constructor(message: string, call: CallDetails, options?: ErrorOptions) {
    super('connection_failed', message, call, options);
  }
}

/** The deadline of the whole call passed; `cause` is the last attempt's error, if there was one. */
export class TimeoutError extends TransportError {
  readonly code = 'timeout';
  constructor(message: string, call: CallDetails, options?: ErrorOptions) {
    super('timeout', message, call, options);
  }
}

/** The caller's signal was aborted. */
export class CallAbortedError extends TransportError {
  readonly code = 'call_aborted';
  constructor(call: CallDetails, options?: ErrorOptions) {
    super('call_aborted', 'The call was aborted by its signal.', call, options);
  }
}

/** The server answered with a redirect. */
export class RedirectRefusedError extends TransportError {
  readonly code = 'redirect_refused';
  constructor(call: CallDetails) {
    super(
      'redirect_refused',
      `The server answered with a redirect${call.status === undefined ? '' : ` (${call.status})`}, which is not followed.`,
      call,
    );
  }
}

/** The answer is longer than any answer of the service. */
export class ResponseTooLargeError extends TransportError {
  readonly code = 'response_too_large';
  constructor(maxBytes: number, call: CallDetails) {
    super('response_too_large', `The answer is longer than ${maxBytes} bytes.`, call);
  }
}

/** The answer is not what the operation answers with. Nothing of it is quoted or kept. */
export class UnexpectedResponseError extends TransportError {
  readonly code = 'unexpected_response';
  constructor(message: string, call: CallDetails) {
    super('unexpected_response', message, call);
  }
}

/** The proxy did not open a way to the server. */
export class ProxyRefusedError extends TransportError {
  readonly code = 'proxy_refused';
  /** The status that the proxy answered with. */
  readonly proxyStatus: number;

  constructor(proxyStatus: number, call: CallDetails) {
    super('proxy_refused', `The proxy refused to connect to the server (${proxyStatus}).`, call);
    this.proxyStatus = proxyStatus;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), proxyStatus: this.proxyStatus };
  }
}

/** A header that only the transport may write was set from outside. */
export class HeaderForbiddenError extends TransportError {
  readonly code = 'header_forbidden';

  constructor(name: string, call: CallDetails) {
    super('header_forbidden', `The header "${name}" cannot be set.`, call);
  }
}
