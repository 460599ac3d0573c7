import type { ErrorLayer } from '@keyfold/crypto-core';
import { type CallDetails, CallError } from './call-error.ts';

/** The codes of calls that brought no usable answer. */
export type TransportErrorCode =
  | 'connection_failed'
  | 'timeout'
  | 'call_aborted'
  | 'redirect_refused'
  | 'response_too_large'
  | 'unexpected_response'
  | 'certificate_rejected'
  | 'pin_mismatch'
  | 'tls_handshake_failed';

/** For each code: where its cause lies, whether trying again may help, and the way out. */
const transportErrors: Readonly<
  Record<
    TransportErrorCode,
    { readonly layer: ErrorLayer; readonly retryable: boolean; readonly hint: string }
  >
> = {
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
  certificate_rejected: {
    layer: 'tls',
    retryable: false,
    hint: "If the server's certificate comes from an authority of your own, pass its certificate as tls.ca or in KEYFOLD_CA_BUNDLE. Verification cannot be switched off.",
  },
  pin_mismatch: {
    layer: 'tls',
    retryable: false,
    hint: "Somebody else may be answering. Only if the server's key was changed on purpose, add the new pin to tls.pins.",
  },
  tls_handshake_failed: {
    layer: 'tls',
    retryable: false,
    hint: 'The server must speak TLS 1.2 or 1.3 with an ECDHE and AEAD cipher suite; check too that the port is the https one.',
  },
};

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
      `The server answered with a redirect (${call.status}), which is not followed.`,
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

/** The server's certificate does not hold. Tried once, nothing was sent; `nodeCode` says what is wrong with it. */
export class CertificateError extends TransportError {
  readonly code = 'certificate_rejected';
  /** Node's code, such as `CERT_HAS_EXPIRED` or `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly nodeCode: string;

  constructor(nodeCode: string, message: string, call: CallDetails, options?: ErrorOptions) {
    super('certificate_rejected', message, call, options);
    this.nodeCode = nodeCode;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), nodeCode: this.nodeCode };
  }
}

/** The certificate holds, but its public key is none of the pinned ones. Tried once, nothing was sent. */
export class PinMismatchError extends TransportError {
  readonly code = 'pin_mismatch';
  /** The pin of the key that the server presented. */
  readonly presented: string;
  /** The pins that were configured. */
  readonly configured: readonly string[];

  constructor(presented: string, configured: readonly string[], call: CallDetails) {
    super(
      'pin_mismatch',
      `The server's public key has the pin ${presented}; configured: ${configured.join(', ')}.`,
      call,
    );
    this.presented = presented;
    this.configured = configured;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), presented: this.presented, configured: this.configured };
  }
}

/** No TLS connection of the accepted kind could be agreed on. */
export class TlsHandshakeError extends TransportError {
  readonly code = 'tls_handshake_failed';
  constructor(message: string, call: CallDetails, options?: ErrorOptions) {
    super('tls_handshake_failed', message, call, options);
  }
}
