import { checkServerIdentity, getCACertificates, type PeerCertificate } from 'node:tls';
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

/** TLS 1.3's suites, then for 1.2 ECDHE with AEAD only: forward secrecy and no CBC. Node's own list offers more. */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** The one place where options become TLS settings; every dispatcher takes them from here. */
export function tlsSettings(config: TlsConfig): TlsSettings {
  const { ca, caMode, pins } = config;
  return {
    // Said although it is the default: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would win.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers,
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
