import { type ConnectionOptions, getCACertificates, type SecureContextOptions } from 'node:tls';
import type { Awaitable } from '@keyfold/crypto-core';
import { tlsCipherSuites } from '@keyfold/protocol';
import { checkCertificate } from './certificate-checks.ts';
import type { CheckedClientCertificate } from './client-certificates.ts';
import type { TlsPeer } from './tls-errors.ts';

/** TLS as it was configured, checked. */
export interface TlsConfig {
  /** Certificates in PEM; the runtime's defaults, if left out. */
  readonly ca?: readonly string[] | undefined;
  /** Whether `ca` stands alone or beside the runtime's defaults. */
  readonly caMode: 'replace' | 'append';
  readonly pins?: readonly string[] | undefined;
  /** Default: TLSv1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Asked for each connection; lists in PEM. The same array again means that nothing has changed. */
  readonly crl?: (() => Awaitable<readonly string[]>) | undefined;
  /** Asked for each connection. The same object again means that nothing has changed. */
  readonly clientCertificate?: (() => Awaitable<CheckedClientCertificate>) | undefined;
}

/** What may be another at each connection. */
export interface TlsMaterial {
  readonly crl?: readonly string[] | undefined;
  readonly clientCertificate?: CheckedClientCertificate | undefined;
}

/** What Node takes, in its two halves. */
export interface TlsSettings {
  /** For `createSecureContext`, which takes a while and can be shared by connections. */
  readonly context: SecureContextOptions;
  /** For each connection. */
  readonly connection: ConnectionOptions;
}

/**
 * The one place where options become TLS settings: for connections to the server, direct or through a proxy, over
 * HTTP/1.1 or HTTP/2, and for those to the proxy itself, which is verified alike but is not the one that is pinned, nor
 * the one who may ask for a client certificate.
 */
export function tlsSettings(config: TlsConfig, peer: TlsPeer, material: TlsMaterial = {}): TlsSettings {
  const { ca, caMode, minVersion = 'TLSv1.2' } = config;
  const { crl, clientCertificate } = material;
  const pins = peer === 'server' ? (config.pins ?? []) : [];
  return {
    context: {
      minVersion,
      maxVersion: 'TLSv1.3',
      // Level 2 refuses keys and signatures of less than 112 bits in the whole chain, also where it is not the default.
      ciphers: `${tlsCipherSuites}:@SECLEVEL=2`,
      ...(ca && { ca: caMode === 'append' ? [...getCACertificates('default'), ...ca] : [...ca] }),
      ...(crl && { crl: [...crl] }),
      ...(peer === 'server' && clientCertificate),
    },
    connection: {
      // Said although it is the default: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would win.
      rejectUnauthorized: true,
      checkServerIdentity: (host, certificate) => checkCertificate(host, certificate, pins),
      // No session is ever resumed: on a resumed one Node has no certificate and checks nothing, so that a pin, a name, a
      // revocation or an expiry would hold only for the first connection.
    },
  };
}
