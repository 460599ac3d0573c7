import { checkServerIdentity, getCACertificates, type PeerCertificate } from 'node:tls';
import { tlsCipherSuites } from '@keyfold/protocol';
import type { buildConnector } from 'undici';
import { pinOf, UnpinnedKey } from './public-key-pins.ts';

/** TLS as it was configured, checked. */
export interface TlsConfig {
  /** Certificates in PEM; the runtime's defaults, if left out. */
  readonly ca?: readonly string[] | undefined;
  /** Whether `ca` stands alone or beside the runtime's defaults. */
  readonly caMode: 'replace' | 'append';
  readonly pins?: readonly string[] | undefined;
}

/** What undici's connector takes. */
export type TlsSettings = Partial<buildConnector.BuildOptions>;

/** The one place where options become TLS settings; every dispatcher takes them from here. */
export function tlsSettings(config: TlsConfig): TlsSettings {
  const { ca, caMode, pins } = config;
  return {
    // Said although it is the default: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would win.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: tlsCipherSuites,
    ...(ca && { ca: caMode === 'append' ? [...getCACertificates('default'), ...ca] : [...ca] }),
    ...(pins && {
      // The built-in check first: one of our own replaces it.
      checkServerIdentity: (host: string, certificate: PeerCertificate) =>
        checkServerIdentity(host, certificate) ?? checkPins(certificate, pins),
      // A resumed session has no certificate and skips the identity check, so none is kept.
      maxCachedSessions: 0,
    }),
  };
}

/** The leaf's key only: the chain as Node presents it may hold certificates that no signature ties to the leaf. */
function checkPins(certificate: PeerCertificate, pins: readonly string[]): Error | undefined {
  const presented = pinOf(certificate.raw);
  return pins.includes(presented) ? undefined : new UnpinnedKey(presented);
}
