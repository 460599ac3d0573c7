import type { Awaitable } from '@keyfold/crypto-core';

/** PEM text, or its bytes; each may hold several blocks. */
export type PemInput = string | Uint8Array | readonly (string | Uint8Array)[];

/** What the client shows a server that asks who is calling (mutual TLS). */
export interface ClientCertificate {
  /** The certificate in PEM, followed by its intermediates if it has any. */
  readonly certificate: PemInput;
  /** Its private key in PEM. */
  readonly key: string | Uint8Array;
  /** Opens the key, if it is encrypted. */
  readonly passphrase?: string;
}

/** How the server is verified. Verification cannot be switched off. */
export interface TlsOptions {
  /** Certificate authorities in PEM; each text may hold several. Default: KEYFOLD_CA_BUNDLE, else the runtime's. */
  readonly ca?: PemInput;
  /** Whether `ca` replaces the runtime's authorities (the default) or is added to them. */
  readonly caMode?: 'replace' | 'append';
  /**
   * Revocation lists in PEM: one from every authority of the chain, the root's included. Without one that is in date no
   * connection is made. A function is asked again for each new connection, so that lists can be renewed; it may give the
   * same object with another content.
   */
  readonly crl?: PemInput | (() => Awaitable<PemInput>);
  /**
   * Public keys the server may have, besides holding a valid certificate: `sha256/` and the base64 of SHA-256 over the
   * SubjectPublicKeyInfo. At least two, one of them a backup that is not in use: a lost key would lock the client out.
   */
  readonly pins?: readonly string[];
  /** The oldest version that is spoken. Default: `TLSv1.2`; 1.3 is preferred in any case. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /**
   * For servers that ask for a client certificate. A function is asked again for each new connection: a certificate that
   * was renewed is used without a restart, also where the object is the same. Connections under the old one take new calls
   * for five minutes at most.
   */
  readonly clientCertificate?: ClientCertificate | (() => Awaitable<ClientCertificate>);
}

/** How the server is reached. */
export interface ConnectionOptions {
  readonly tls?: TlsOptions;
  /**
   * An HTTP(S) proxy such as `http://user:password@proxy.example.com:3128`, which only passes on bytes that it cannot
   * read; `false` for none. Default: HTTPS_PROXY and NO_PROXY, which are not looked at where the server is this machine.
   */
  readonly proxy?: string | URL | false;
  /** Offers HTTP/2 beside HTTP/1.1; the server chooses. Default: false. */
  readonly http2?: boolean;
  /** Connections that are open at once, 1 to 1,024; further requests wait for one, within their deadlines. Default: 64. */
  readonly maxConnections?: number;
}
