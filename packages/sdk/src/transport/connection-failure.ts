import type { CallDetails } from '../calls/call-error.ts';
import { ConfigurationError } from '../configuration-errors.ts';
import { CertificateRefusal, UnpinnedKey } from './certificate-checks.ts';
import { ConnectFailure, ProxyRefusal } from './connect-failure.ts';
import { codeOf, reasonIn, withoutBody } from './failure-code.ts';
import { PinMismatchError, type TlsPeer, tlsError } from './tls-errors.ts';
import { tlsFailureMessage, tlsFailureOf } from './tls-failures.ts';
import { ConnectionError, ProxyRefusedError } from './transport-errors.ts';

/**
 * The error of an attempt that brought no whole answer, told apart by Node's code.
 *
 * @param failure what Node, undici or the connector reported
 */
export function connectionFailure(failure: unknown, call: CallDetails): Error {
  return failure instanceof ConnectFailure
    ? whileConnecting(failure.peer, failure.cause, call)
    : whileConnected(failure, call);
}

function whileConnecting(peer: TlsPeer, cause: unknown, call: CallDetails): Error {
  if (cause instanceof ConfigurationError) return cause; // of a function that gives certificate or lists
  if (cause instanceof ProxyRefusal) {
    return cause.status >= 500
      ? new ConnectionError(`The proxy could not connect to the server (${cause.status}).`, call, { cause })
      : new ProxyRefusedError(cause.status, call);
  }
  if (cause instanceof UnpinnedKey) {
    const { presented, configured } = cause;
    const message = `The server's public key has the pin ${presented}; configured: ${configured.join(', ')}.`;
    return new PinMismatchError(presented, configured, { peer, message, call, cause });
  }
  if (cause instanceof CertificateRefusal) {
    const message = tlsFailureMessage(peer, cause.code);
    return tlsError(cause.code, { peer, message, call, cause });
  }
  const nodeCode = codeOf(cause);
  const code = tlsFailureOf(nodeCode, reasonOf(cause));
  if (code === undefined || code === 'pin_mismatch') {
    const kept = withoutBody(cause);
    return new ConnectionError(`The ${peer} could not be reached${reasonWhileConnecting(cause)}.`, call, {
      cause: kept,
    });
  }
  return tlsError(code, { peer, nodeCode, message: tlsFailureMessage(peer, code, nodeCode), call, cause });
}

/** Under TLS 1.3 the server's opinion of a client certificate comes when the handshake is over for the client. */
function whileConnected(failure: unknown, call: CallDetails): Error {
  const nodeCode = codeOf(failure);
  const cause = withoutBody(failure);
  const code = tlsFailureOf(nodeCode, '');
  if (code === 'client_certificate_refused') {
    return tlsError(code, {
      peer: 'server',
      nodeCode,
      message: tlsFailureMessage('server', code, nodeCode),
      call,
      cause,
    });
  }
  return new ConnectionError(`No whole answer came from the server${reasonIn(failure)}.`, call, { cause });
}

/** OpenSSL's reason is the message's beginning; Node may add advice to it. */
function reasonOf(failure: unknown): string {
  return failure instanceof Error ? (failure.message.split(';')[0] ?? '') : '';
}

/** What ends an attempt without a code is the connector's own, and says why in a sentence. */
function reasonWhileConnecting(cause: unknown): string {
  const reason = reasonIn(cause);
  return reason === '' && cause instanceof Error ? `: ${cause.message.replace(/\.$/, '')}` : reason;
}
