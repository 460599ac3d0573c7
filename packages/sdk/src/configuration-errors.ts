import { KeyfoldError } from '@keyfold/crypto-core';

/** The codes of mistakes in what the client was given. All are found before anything is sent. */
export type ConfigurationErrorCode =
  | 'api_key_not_configured'
  | 'base_url_invalid'
  | 'insecure_base_url'
  | 'ca_invalid'
  | 'ca_expired'
  | 'crl_invalid'
  | 'crl_expired'
  | 'pins_invalid'
  | 'client_certificate_invalid'
  | 'proxy_invalid'
  | 'option_unsupported'
  | 'option_invalid'
  | 'identifier_invalid'
  | 'client_closed';

/** For each code, the way out. The layer is always `config`; none is retryable. */
export const configurationErrors: Readonly<Record<ConfigurationErrorCode, { readonly hint: string }>> = {
  api_key_not_configured: {
    hint: 'Pass apiKey, or set KEYFOLD_API_KEY: the whole key as it was shown once, without spaces or line ends.',
  },
  base_url_invalid: {
    hint: 'Pass baseUrl, or set KEYFOLD_BASE_URL, such as https://keyfold.example.com or https://localhost:5391.',
  },
  insecure_base_url: {
    hint: 'Use https. Plain http is for a server on this machine (localhost, 127.0.0.0/8, [::1]) and only with insecureLoopback: true.',
  },
  ca_invalid: {
    hint: 'tls.ca takes PEM text (-----BEGIN CERTIFICATE-----…); KEYFOLD_CA_BUNDLE takes the path of such a file.',
  },
  ca_expired: {
    hint: "Pass the certificate that took the place of the expired one as tls.ca or in KEYFOLD_CA_BUNDLE, and check this machine's clock.",
  },
  crl_invalid: {
    hint: 'tls.crl takes PEM text (-----BEGIN X509 CRL-----…) of one list or several.',
  },
  crl_expired: {
    hint: "Fetch the authority's current revocation list; pass tls.crl as a function to renew lists without a restart.",
  },
  pins_invalid: {
    hint: `A pin is "sha256/" and the base64 of SHA-256 over the certificate's SubjectPublicKeyInfo; name two at least, one of them a backup that is not in use.`,
  },
  client_certificate_invalid: {
    hint: 'tls.clientCertificate takes { certificate, key } in PEM: a certificate that is in date and the private key that belongs to it.',
  },
  proxy_invalid: {
    hint: 'A proxy is an http:// or https:// URL of host and port, with user and password if it asks for them; false for none.',
  },
  option_unsupported: {
    hint: 'Leave the option out on this runtime, or run the client on Node.js, where @keyfold/sdk keeps it.',
  },
  option_invalid: {
    hint: 'Correct the option that the message names; its documentation states the accepted range.',
  },
  identifier_invalid: {
    hint: 'Tenant and service ids have 1 to 63 characters: lower-case letters, digits, "-" and "_", a letter or digit first.',
  },
  client_closed: {
    hint: 'Make a new Keyfold client; this one was closed and its keys were zeroised.',
  },
};

/** A mistake in what the client was given. */
export abstract class ConfigurationError extends KeyfoldError {
  abstract override readonly code: ConfigurationErrorCode;

  constructor(code: ConfigurationErrorCode, message: string, options?: ErrorOptions) {
    super(message, { layer: 'config', ...configurationErrors[code], ...options });
  }
}

/** There is no API key, or it cannot be one. The message never quotes it. */
export class ApiKeyNotConfiguredError extends ConfigurationError {
  readonly code = 'api_key_not_configured';
  constructor(message: string) {
    super('api_key_not_configured', message);
  }
}

/** There is no base URL, or it is not an http(s) URL that can serve as one. */
export class BaseUrlInvalidError extends ConfigurationError {
  readonly code = 'base_url_invalid';
  constructor(message: string) {
    super('base_url_invalid', message);
  }
}

/** The base URL would send API key and data keys unencrypted. */
export class InsecureBaseUrlError extends ConfigurationError {
  readonly code = 'insecure_base_url';
  constructor(message: string) {
    super('insecure_base_url', message);
  }
}

/** A certificate authority is not a parsable PEM certificate, or its file cannot be read. */
export class CertificateAuthorityInvalidError extends ConfigurationError {
  readonly code = 'ca_invalid';
  constructor(message: string, options?: ErrorOptions) {
    super('ca_invalid', message, options);
  }
}

/** Every certificate authority that was given is out of date: none could vouch for a server. */
export class CertificateAuthorityExpiredError extends ConfigurationError {
  readonly code = 'ca_expired';
  constructor(message: string) {
    super('ca_expired', message);
  }
}

/** A revocation list is not a parsable PEM one, or the function that gives it failed. */
export class RevocationListInvalidError extends ConfigurationError {
  readonly code = 'crl_invalid';
  constructor(message: string, options?: ErrorOptions) {
    super('crl_invalid', message, options);
  }
}

/** A revocation list is out of date: what was revoked since is not on it. */
export class RevocationListExpiredError extends ConfigurationError {
  readonly code = 'crl_expired';
  constructor(message: string) {
    super('crl_expired', message);
  }
}

/** Public-key pins are malformed, or fewer than two. */
export class PinsInvalidError extends ConfigurationError {
  readonly code = 'pins_invalid';
  constructor(message: string) {
    super('pins_invalid', message);
  }
}

/** The client's own certificate or key cannot be used, or the function that gives them failed. Neither is ever quoted. */
export class ClientCertificateInvalidError extends ConfigurationError {
  readonly code = 'client_certificate_invalid';
  constructor(message: string, options?: ErrorOptions) {
    super('client_certificate_invalid', message, options);
  }
}

/** A proxy's address is none, or it is given where none may be used. It is not quoted: it may hold a password. */
export class ProxyInvalidError extends ConfigurationError {
  readonly code = 'proxy_invalid';
  constructor(message: string) {
    super('proxy_invalid', message);
  }
}

/** The runtime cannot keep what the option promises; ignoring it would be worse. */
export class OptionUnsupportedError extends ConfigurationError {
  readonly code = 'option_unsupported';
  constructor(message: string) {
    super('option_unsupported', message);
  }
}

/** Any other option is out of its range. */
export class OptionInvalidError extends ConfigurationError {
  readonly code = 'option_invalid';
  constructor(message: string) {
    super('option_invalid', message);
  }
}

/** A tenant or service id of a form that the service does not have. */
export class IdentifierInvalidError extends ConfigurationError {
  readonly code = 'identifier_invalid';
  constructor(message: string) {
    super('identifier_invalid', message);
  }
}

/** The client was used after `close()`, or closed while the call was under way. */
export class ClientClosedError extends ConfigurationError {
  readonly code = 'client_closed';
  constructor() {
    super('client_closed', 'The Keyfold client is closed.');
  }
}
