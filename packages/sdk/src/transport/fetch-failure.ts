import type { CallDetails } from '../calls/call-error.ts';
import { codeOf, reasonIn, withoutBody } from './failure-code.ts';
import { tlsError } from './tls-errors.ts';
import { type TlsErrorCode, tlsFailureMessage, tlsFailureOf } from './tls-failures.ts';
import { ConnectionError } from './transport-errors.ts';

/** Deno has no codes but words, those of rustls (https://docs.rs/rustls/latest/rustls/enum.CertificateError.html). */
const denoReasons: readonly (readonly [RegExp, Exclude<TlsErrorCode, 'pin_mismatch'>])[] = [
  [/certificate expired|Expired/, 'certificate_expired'],
  [/certificate not valid yet|NotValidYet/, 'certificate_not_yet_valid'],
  [/certificate not valid for name|NotValidForName/, 'certificate_wrong_host'],
  [/UnknownIssuer/, 'certificate_issuer_unknown'],
  [/extended key usage|InvalidPurpose/, 'certificate_wrong_purpose'],
  [/BadSignature/, 'certificate_signature_invalid'],
  [/Revoked/, 'certificate_revoked'],
  [/(?:)/, 'certificate_rejected'],
];

/**
 * The error of a `fetch` that brought no whole answer. Node and Bun say by a code what was wrong with a certificate, Deno
 * by its words; workerd and browsers say nothing, so that there it is a connection that failed.
 */
export function fetchFailure(failure: unknown, call: CallDetails): Error {
  const nodeCode = codeOf(failure);
  const cause = withoutBody(failure);
  const known = tlsFailureOf(nodeCode, messageOf(failure));
  if (known !== undefined && known !== 'pin_mismatch') {
    const message = tlsFailureMessage('server', known, nodeCode);
    return tlsError(known, { peer: 'server', nodeCode, message, call, cause });
  }
  const [, words] = wordsOf(failure).split('invalid peer certificate: ');
  const [, code] = (words !== undefined && denoReasons.find(([reason]) => reason.test(words))) || [];
  if (code !== undefined) {
    return tlsError(code, { peer: 'server', message: tlsFailureMessage('server', code), call, cause });
  }
  return new ConnectionError(`No whole answer came from the server${reasonIn(failure)}.`, call, { cause });
}

/** OpenSSL's reason, where Node says it. */
function messageOf(failure: unknown): string {
  const cause = failure instanceof Error ? failure.cause : undefined;
  return cause instanceof Error ? (cause.message.split(';')[0] ?? '') : '';
}

function wordsOf(failure: unknown): string {
  if (!(failure instanceof Error)) return '';
  return failure.cause instanceof Error ? `${failure.message} ${failure.cause.message}` : failure.message;
}
