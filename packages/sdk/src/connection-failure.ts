import type { CallDetails } from './call-error.ts';
import { UnpinnedKey } from './public-key-pins.ts';
import {
  CertificateError,
  ConnectionError,
  PinMismatchError,
  TlsHandshakeError,
  type TransportError,
} from './transport-errors.ts';

/** What Node calls a certificate that does not hold (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNSPECIFIED',
]);

/** What OpenSSL reports of a handshake begins like this; a server without TLS shows as EPROTO. */
const handshakeCode = /^(?:ERR_SSL_|EPROTO$)/;

/**
 * The error of an attempt that brought no whole answer, told apart by Node's code.
 *
 * @param failure what Node or undici reported
 * @param pins the configured ones
 */
export function connectionFailure(
  failure: unknown,
  pins: readonly string[],
  call: CallDetails,
): TransportError {
  if (failure instanceof UnpinnedKey) return new PinMismatchError(failure.presented, pins, call);
  const code = codeOf(failure);
  const cause = withoutBody(failure);
  if (certificateCodes.has(code)) {
    return new CertificateError(code, `The server's certificate does not hold: ${code}.`, call, { cause });
  }
  if (handshakeCode.test(code)) {
    return new TlsHandshakeError(`The TLS handshake failed: ${code}.`, call, { cause });
  }
  return new ConnectionError(`No whole answer came from the server: ${code}.`, call, { cause });
}

function codeOf(failure: unknown): string {
  const code: unknown = failure instanceof Error ? Reflect.get(failure, 'code') : undefined;
  if (typeof code === 'string') return code;
  const [first]: readonly unknown[] = failure instanceof AggregateError ? failure.errors : [];
  if (first !== undefined) return codeOf(first);
  return failure instanceof Error ? failure.name : 'unknown cause';
}

/** undici's parser error keeps a piece of the answer, which may hold key bytes: only its code and text stay. */
function withoutBody(failure: unknown): unknown {
  if (!(failure instanceof Error) || !('data' in failure)) return failure;
  const copy = new Error(failure.message);
  copy.name = failure.name;
  return Object.assign(copy, { code: codeOf(failure) });
}
