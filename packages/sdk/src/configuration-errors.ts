import { KeyfoldError } from '@keyfold/crypto-core';

/** The codes of mistakes in what the client was given. All are found before anything is sent. */
export type ConfigurationErrorCode =
  | 'api_key_not_configured'
  | 'base_url_invalid'
  | 'insecure_base_url'
  | 'ca_invalid'
  | 'pins_invalid'
  | 'option_invalid'
  | 'identifier_invalid'
  | 'client_closed';

/** For each code, the way out. The layer is always `config`; none is retryable. */
const configurationErrors: Readonly<Record<ConfigurationErrorCode, { readonly hint: string }>> = {
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
  pins_invalid: {
    hint: `A pin is "sha256/" and the base64 of SHA-256 over the certificate's SubjectPublicKeyInfo; name a backup pin too.`,
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

/** A public-key pin is malformed. */
export class PinsInvalidError extends ConfigurationError {
  readonly code = 'pins_invalid';
  constructor(message: string) {
    super('pins_invalid', message);
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
