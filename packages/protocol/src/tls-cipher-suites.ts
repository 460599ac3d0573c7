/**
 * What both ends of a connection offer, as OpenSSL names it: TLS 1.3's AEAD suites and, for TLS 1.2, ECDHE with an AEAD only.
 * Forward secrecy always, and no CBC; Node's own list offers more.
 */
export const tlsCipherSuites: string = [
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
