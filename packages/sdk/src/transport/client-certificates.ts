import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { requireObject } from '../arguments.ts';
import { ClientCertificateInvalidError } from '../configuration-errors.ts';
import { isUint8Array } from '../type-checks.ts';
import type { ClientCertificate } from './connection-options.ts';
import { pemBlocks } from './pem.ts';

/** A client certificate as Node's TLS takes it. */
export interface CheckedClientCertificate {
  /** Certificate and intermediates. */
  readonly cert: string;
  /** PEM without a passphrase. */
  readonly key: string | Buffer;
}

/**
 * Checks a client certificate before it is used: Node would report a wrong one in OpenSSL's words, at the first call.
 * Nothing of it is quoted or kept as a cause.
 *
 * @throws {@link ClientCertificateInvalidError}
 */
export function checkClientCertificate(input: ClientCertificate): CheckedClientCertificate {
  requireObject('tls.clientCertificate', input, ClientCertificateInvalidError);
  const what = 'tls.clientCertificate.certificate';
  const blocks = pemBlocks(what, 'CERTIFICATE', input.certificate, ClientCertificateInvalidError);
  const [leaf] = blocks.map((block) => parse(what, () => new X509Certificate(block)));
  if (leaf === undefined) throw new ClientCertificateInvalidError(`${what} is empty.`);
  const { key, passphrase } = input;
  if (typeof key !== 'string' && !isUint8Array(key)) {
    throw new ClientCertificateInvalidError('tls.clientCertificate.key is neither text nor bytes.');
  }
  const pem = typeof key === 'string' ? key : Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  const privateKey = parse('tls.clientCertificate.key', () =>
    createPrivateKey({ key: pem, format: 'pem', ...(passphrase !== undefined && { passphrase }) }),
  );
  requireFit(leaf, privateKey);
  const checked = { cert: blocks.join(''), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
  parse('tls.clientCertificate', () => createSecureContext({ ...checked, ciphers: 'DEFAULT:@SECLEVEL=2' }));
  return checked;
}

function requireFit(leaf: X509Certificate, privateKey: KeyObject): void {
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new ClientCertificateInvalidError("tls.clientCertificate: the key is not the certificate's.");
  }
  if (leaf.validToDate.getTime() < Date.now()) {
    throw new ClientCertificateInvalidError(
      `tls.clientCertificate expired on ${leaf.validToDate.toISOString()}.`,
    );
  }
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new ClientCertificateInvalidError(`${what} cannot be parsed, opened or used.`);
  }
}
