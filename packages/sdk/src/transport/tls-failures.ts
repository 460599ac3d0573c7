/** The codes of a server whose certificate does not hold. */
export type CertificateErrorCode =
  | 'certificate_expired'
  | 'certificate_not_yet_valid'
  | 'certificate_wrong_host'
  | 'certificate_without_names'
  | 'certificate_self_signed'
  | 'certificate_issuer_unknown'
  | 'certificate_wrong_purpose'
  | 'certificate_path_too_long'
  | 'certificate_name_not_permitted'
  | 'certificate_signature_weak'
  | 'certificate_signature_invalid'
  | 'certificate_key_weak'
  | 'certificate_must_staple'
  | 'certificate_revoked'
  | 'revocation_list_missing'
  | 'revocation_list_out_of_date'
  | 'revocation_list_unverified'
  | 'certificate_rejected';

/** The codes of all that can go wrong before a TLS connection is there. */
export type TlsErrorCode =
  | CertificateErrorCode
  | 'pin_mismatch'
  | 'tls_version_unsupported'
  | 'tls_handshake_failed'
  | 'client_certificate_refused';

/** One row: how the failure is recognised, what it means, and the way out. */
export interface TlsFailure {
  /** What Node reports; empty where the client found it by a check of its own. */
  readonly nodeCodes: readonly string[];
  /** How other codes of Node's begin that mean the same. */
  readonly nodeCodePrefix?: string;
  /** OpenSSL's words where Node has no code but `UNSPECIFIED` for them. */
  readonly reasons?: readonly string[];
  /** A sentence. */
  readonly meaning: string;
  readonly hint: string;
}

/**
 * Everything that ends a TLS connection before a request is sent. The documentation's table is made of it.
 *
 * Node's codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes; those that begin with ERR_SSL_ are made of
 * OpenSSL's reasons, whose names changed between its versions.
 */
export const tlsFailures: Readonly<Record<TlsErrorCode, TlsFailure>> = {
  certificate_expired: {
    nodeCodes: ['CERT_HAS_EXPIRED'],
    meaning: 'A certificate of the chain is past its last day.',
    hint: "Renew the server's certificate. If it is new, look at its intermediates, at the authorities in tls.ca, and at this machine's clock.",
  },
  certificate_not_yet_valid: {
    nodeCodes: ['CERT_NOT_YET_VALID'],
    meaning: 'A certificate of the chain is before its first day.',
    hint: "Look at this machine's clock; if it is right, the server was given its certificate too early.",
  },
  certificate_wrong_host: {
    nodeCodes: ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_CERT_ALTNAME_FORMAT', 'HOSTNAME_MISMATCH'],
    meaning: 'The certificate is for other names or addresses than that of baseUrl.',
    hint: 'Use a name of the certificate in baseUrl, or have the name or address of baseUrl added to its subject alternative names.',
  },
  certificate_without_names: {
    nodeCodes: [],
    meaning: 'The certificate names its host as common name only, which has not counted since RFC 2818.',
    hint: 'Have the certificate made anew with the host among its subject alternative names.',
  },
  certificate_self_signed: {
    nodeCodes: ['DEPTH_ZERO_SELF_SIGNED_CERT'],
    meaning: 'Nobody but the server itself vouches for its certificate.',
    hint: 'If the server is yours, pass its certificate, or better that of an authority of your own, as tls.ca or in KEYFOLD_CA_BUNDLE. Verification cannot be switched off.',
  },
  certificate_issuer_unknown: {
    nodeCodes: [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'CERT_UNTRUSTED',
    ],
    meaning:
      'The chain does not lead to a trusted root: its authority is unknown here, or an intermediate is missing.',
    hint: 'If the authority is your own, pass its root certificate as tls.ca or in KEYFOLD_CA_BUNDLE. Otherwise the server must send its intermediates. Verification cannot be switched off.',
  },
  certificate_wrong_purpose: {
    nodeCodes: ['INVALID_PURPOSE', 'INVALID_CA'],
    meaning:
      "A certificate is used for what it was not issued for: a client's for a server, or a server's as authority.",
    hint: 'Have the certificate issued for servers (extended key usage serverAuth), by a certificate that is an authority.',
  },
  certificate_path_too_long: {
    nodeCodes: ['PATH_LENGTH_EXCEEDED', 'CERT_CHAIN_TOO_LONG'],
    meaning: 'There are more authorities below one of the chain than that one permits.',
    hint: 'Have the certificate issued by an authority higher up, or the path length of that authority raised.',
  },
  certificate_name_not_permitted: {
    nodeCodes: [],
    reasons: ['permitted subtree violation', 'excluded subtree violation'],
    meaning: 'An authority of the chain may not issue certificates for this name.',
    hint: 'Have the certificate issued by an authority whose name constraints permit the name.',
  },
  certificate_signature_weak: {
    nodeCodes: [],
    reasons: ['CA signature digest algorithm too weak'],
    meaning: 'A certificate of the chain is signed over a hash that can be forged (SHA-1, MD5).',
    hint: 'Have the certificate issued anew with SHA-256 or better.',
  },
  certificate_signature_invalid: {
    nodeCodes: [
      'CERT_SIGNATURE_FAILURE',
      'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
      'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
    ],
    meaning: "A certificate's signature is not by the authority that it names.",
    hint: 'Somebody else may be answering. If not, an authority was renewed with a new key: pass its current certificate.',
  },
  certificate_key_weak: {
    nodeCodes: [],
    reasons: ['EE certificate key too weak', 'CA certificate key too weak'],
    meaning: 'A key of the chain is too short: RSA below 2,048 bits, elliptic curves below 224.',
    hint: 'Have the certificate issued anew for a key of P-256, or of RSA with 2,048 bits or more.',
  },
  certificate_must_staple: {
    nodeCodes: [],
    meaning:
      'The certificate demands a stapled proof that it is not revoked (RFC 7633), which Node cannot verify.',
    hint: 'Use a certificate without the TLS feature extension, and tls.crl for revocation.',
  },
  certificate_revoked: {
    nodeCodes: ['CERT_REVOKED'],
    meaning: 'A certificate of the chain is on a revocation list of its authority.',
    hint: 'Somebody else may be answering with a stolen key. The server needs a new key and a new certificate.',
  },
  revocation_list_missing: {
    nodeCodes: ['UNABLE_TO_GET_CRL', 'UNABLE_TO_GET_CRL_ISSUER'],
    meaning:
      'There is no list of an authority of the chain in tls.crl, so that nobody knows what it has revoked.',
    hint: "Add the revocation list of every authority of the chain to tls.crl: the root's, and each intermediate's.",
  },
  revocation_list_out_of_date: {
    nodeCodes: ['CRL_HAS_EXPIRED', 'CRL_NOT_YET_VALID'],
    meaning: 'A revocation list is past the day by which the next one was due, or before its own.',
    hint: "Fetch the authority's current list; pass tls.crl as a function to renew lists without a restart. Look at this machine's clock too.",
  },
  revocation_list_unverified: {
    nodeCodes: [
      'CRL_SIGNATURE_FAILURE',
      'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
      'ERROR_IN_CRL_LAST_UPDATE_FIELD',
      'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
    ],
    meaning: 'A revocation list is not signed by the authority that it names, or is malformed.',
    hint: "Fetch the list again, from the authority's own address.",
  },
  certificate_rejected: {
    nodeCodes: [
      'CERT_REJECTED',
      'ERROR_IN_CERT_NOT_AFTER_FIELD',
      'ERROR_IN_CERT_NOT_BEFORE_FIELD',
      'UNSPECIFIED',
    ],
    meaning: 'The certificate does not hold for another reason; the cause has the words of Node and OpenSSL.',
    hint: 'Look at the cause. Verification cannot be switched off.',
  },
  pin_mismatch: {
    nodeCodes: [],
    meaning: "The certificate holds, but the server's public key is none of tls.pins.",
    hint: "Somebody else may be answering. Only if the server's key was changed on purpose, add the new pin to tls.pins.",
  },
  tls_version_unsupported: {
    nodeCodes: ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_UNSUPPORTED_PROTOCOL'],
    meaning: 'The server speaks no version of TLS that is accepted.',
    hint: 'The server must speak TLS 1.2 or 1.3, or the version in tls.minVersion.',
  },
  tls_handshake_failed: {
    nodeCodes: ['EPROTO'],
    nodeCodePrefix: 'ERR_SSL_',
    meaning:
      'No TLS connection could be agreed on: other cipher suites, no TLS at all, or under TLS 1.2 no client certificate.',
    hint: 'The server must offer an ECDHE cipher suite with AES-GCM or ChaCha20-Poly1305, and HTTP/1.1; one that speaks HTTP/2 alone needs http2: true. Check too that the port is the https one, and whether the server asks for a client certificate (tls.clientCertificate).',
  },
  client_certificate_refused: {
    nodeCodes: [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED',
      'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
      'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED',
      'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN',
      'ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE',
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED',
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
      'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE',
    ],
    meaning: 'The server asks for a client certificate and got none, or one that it does not accept.',
    hint: 'Pass tls.clientCertificate, issued by an authority that the server knows and not expired.',
  },
};

const rows = Object.entries(tlsFailures) as [TlsErrorCode, TlsFailure][];
const codesByNodeCode = index(({ nodeCodes }) => nodeCodes);
const codesByReason = index(({ reasons }) => reasons ?? []);

function index(keysOf: (failure: TlsFailure) => readonly string[]): ReadonlyMap<string, TlsErrorCode> {
  return new Map(rows.flatMap(([code, failure]) => keysOf(failure).map((key) => [key, code] as const)));
}

/**
 * The failure behind what Node reported; undefined where it is none of TLS.
 *
 * @param nodeCode the error's code
 * @param message its message, which is OpenSSL's reason where the code is `UNSPECIFIED`
 */
export function tlsFailureOf(nodeCode: string, message: string): TlsErrorCode | undefined {
  const known = (nodeCode === 'UNSPECIFIED' && codesByReason.get(message)) || codesByNodeCode.get(nodeCode);
  const [code] = rows.find(([, { nodeCodePrefix: prefix }]) => prefix && nodeCode.startsWith(prefix)) ?? [];
  return known ?? code;
}

/** One line for an error's message. */
export function tlsFailureMessage(peer: string, code: TlsErrorCode, nodeCode?: string): string {
  const by = nodeCode === undefined ? '' : ` (${nodeCode})`;
  return `There is no TLS connection to the ${peer}. ${tlsFailures[code].meaning}${by}`;
}
