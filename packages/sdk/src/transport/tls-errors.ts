import type { CallDetails } from '../calls/call-error.ts';
import type { CertificateErrorCode, TlsErrorCode } from './tls-failures.ts';
import { TransportError } from './transport-errors.ts';

/** Whose certificate or handshake it was: the server's, or that of the proxy on the way to it. */
export type TlsPeer = 'server' | 'proxy';

/** What is known of a failure when its error is made. */
export interface TlsFailureDetails {
  readonly peer: TlsPeer;
  /** What Node called it, if it was Node that found it. */
  readonly nodeCode?: string | undefined;
  readonly message: string;
  readonly call: CallDetails;
  readonly cause: unknown;
}

/**
 * The base of what ended a TLS connection before anything of the request was sent; only what the server thinks of a client
 * certificate may come later, under TLS 1.3. Tried once.
 */
export abstract class TlsError extends TransportError {
  abstract override readonly code: TlsErrorCode;
  readonly peer: TlsPeer;
  /** Node's code, such as `CERT_HAS_EXPIRED`; undefined where the client found the failure by itself. */
  readonly nodeCode: string | undefined;

  constructor(code: TlsErrorCode, { peer, nodeCode, message, call, cause }: TlsFailureDetails) {
    super(code, message, call, { cause });
    this.peer = peer;
    this.nodeCode = nodeCode;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), peer: this.peer, nodeCode: this.nodeCode };
  }
}

/** The base of certificates that do not hold: one class for each code. */
export abstract class CertificateError extends TlsError {
  abstract override readonly code: CertificateErrorCode;
}

export class CertificateExpiredError extends CertificateError {
  readonly code = 'certificate_expired';
}
export class CertificateNotYetValidError extends CertificateError {
  readonly code = 'certificate_not_yet_valid';
}
export class CertificateWrongHostError extends CertificateError {
  readonly code = 'certificate_wrong_host';
}
export class CertificateWithoutNamesError extends CertificateError {
  readonly code = 'certificate_without_names';
}
export class CertificateSelfSignedError extends CertificateError {
  readonly code = 'certificate_self_signed';
}
export class CertificateIssuerUnknownError extends CertificateError {
  readonly code = 'certificate_issuer_unknown';
}
export class CertificateWrongPurposeError extends CertificateError {
  readonly code = 'certificate_wrong_purpose';
}
export class CertificatePathTooLongError extends CertificateError {
  readonly code = 'certificate_path_too_long';
}
export class CertificateNameNotPermittedError extends CertificateError {
  readonly code = 'certificate_name_not_permitted';
}
export class CertificateSignatureWeakError extends CertificateError {
  readonly code = 'certificate_signature_weak';
}
export class CertificateSignatureInvalidError extends CertificateError {
  readonly code = 'certificate_signature_invalid';
}
export class CertificateKeyWeakError extends CertificateError {
  readonly code = 'certificate_key_weak';
}
export class CertificateMustStapleError extends CertificateError {
  readonly code = 'certificate_must_staple';
}
export class CertificateRevokedError extends CertificateError {
  readonly code = 'certificate_revoked';
}
export class RevocationListMissingError extends CertificateError {
  readonly code = 'revocation_list_missing';
}
export class RevocationListOutOfDateError extends CertificateError {
  readonly code = 'revocation_list_out_of_date';
}
export class RevocationListUnverifiedError extends CertificateError {
  readonly code = 'revocation_list_unverified';
}
export class CertificateRejectedError extends CertificateError {
  readonly code = 'certificate_rejected';
}

/** No accepted version of TLS is spoken. */
export class TlsVersionUnsupportedError extends TlsError {
  readonly code = 'tls_version_unsupported';
}

/** No TLS connection of the accepted kind could be agreed on. */
export class TlsHandshakeError extends TlsError {
  readonly code = 'tls_handshake_failed';
}

/** The server wants a client certificate, or another one. */
export class ClientCertificateRefusedError extends TlsError {
  readonly code = 'client_certificate_refused';
}

/** The certificate holds, but its public key is none of the pinned ones. */
export class PinMismatchError extends TlsError {
  readonly code = 'pin_mismatch';
  /** The pin of the key that the server presented. */
  readonly presented: string;
  /** The pins that were configured. */
  readonly configured: readonly string[];

  constructor(presented: string, configured: readonly string[], details: TlsFailureDetails) {
    super('pin_mismatch', details);
    this.presented = presented;
    this.configured = configured;
  }

  override toJSON(): Readonly<Record<string, unknown>> {
    return { ...super.toJSON(), presented: this.presented, configured: this.configured };
  }
}

type PlainTlsErrorCode = Exclude<TlsErrorCode, 'pin_mismatch'>;

const tlsErrorClasses: Readonly<
  Record<PlainTlsErrorCode, new (code: TlsErrorCode, details: TlsFailureDetails) => TlsError>
> = {
  certificate_expired: CertificateExpiredError,
  certificate_not_yet_valid: CertificateNotYetValidError,
  certificate_wrong_host: CertificateWrongHostError,
  certificate_without_names: CertificateWithoutNamesError,
  certificate_self_signed: CertificateSelfSignedError,
  certificate_issuer_unknown: CertificateIssuerUnknownError,
  certificate_wrong_purpose: CertificateWrongPurposeError,
  certificate_path_too_long: CertificatePathTooLongError,
  certificate_name_not_permitted: CertificateNameNotPermittedError,
  certificate_signature_weak: CertificateSignatureWeakError,
  certificate_signature_invalid: CertificateSignatureInvalidError,
  certificate_key_weak: CertificateKeyWeakError,
  certificate_must_staple: CertificateMustStapleError,
  certificate_revoked: CertificateRevokedError,
  revocation_list_missing: RevocationListMissingError,
  revocation_list_out_of_date: RevocationListOutOfDateError,
  revocation_list_unverified: RevocationListUnverifiedError,
  certificate_rejected: CertificateRejectedError,
  tls_version_unsupported: TlsVersionUnsupportedError,
  tls_handshake_failed: TlsHandshakeError,
  client_certificate_refused: ClientCertificateRefusedError,
};

/** The error of a code, of the class that stands for it. */
export function tlsError(code: PlainTlsErrorCode, details: TlsFailureDetails): TlsError {
  return new tlsErrorClasses[code](code, details);
}
