import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CertificateAuthorityExpiredError,
  CertificateAuthorityInvalidError,
} from '../configuration-errors.ts';
import type { PemInput } from './connection-options.ts';
import { pemBlocks } from './pem.ts';

/**
 * The certificates of PEM texts, one string each. Node takes an empty `ca` for its defaults and passes over what it
 * cannot parse, in silence: here both are errors. So is a certificate that could vouch for nothing: neither an
 * authority's nor signed by itself, as one server's own certificate may be.
 *
 * @throws {@link CertificateAuthorityInvalidError} when a text holds no certificate, or one that does not parse or serve
 * @throws {@link CertificateAuthorityExpiredError} when all of them are past their last day; a bundle may hold some
 */
export function parseCertificateAuthorities(input: PemInput, what = 'tls.ca'): readonly string[] {
  const blocks = pemBlocks(what, 'CERTIFICATE', input, CertificateAuthorityInvalidError);
  const certificates = blocks.map((block, index) =>
    parseAuthority(block, `${what}: certificate ${index + 1}`),
  );
  if (certificates.every(({ validToDate }) => validToDate.getTime() < Date.now())) {
    const last = Math.max(...certificates.map(({ validToDate }) => validToDate.getTime()));
    throw new CertificateAuthorityExpiredError(
      `${what}: every certificate has expired, the last one on ${new Date(last).toISOString()}.`,
    );
  }
  return blocks;
}

/**
 * The certificates of a PEM file.
 *
 * @throws {@link CertificateAuthorityInvalidError} when it cannot be read, or as for {@link parseCertificateAuthorities}
 */
export function readCertificateAuthorities(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CertificateAuthorityInvalidError('The file named by KEYFOLD_CA_BUNDLE cannot be read.', {
      cause,
    });
  }
  return parseCertificateAuthorities(text, 'KEYFOLD_CA_BUNDLE');
}

function parseAuthority(block: string, what: string): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(block);
  } catch {
    // Not kept as a cause: what stands in the block may be anything, a key included.
    throw new CertificateAuthorityInvalidError(`${what} cannot be parsed.`);
  }
  if (!certificate.ca && !certificate.checkIssued(certificate)) {
    throw new CertificateAuthorityInvalidError(`${what} is not an authority's: it can vouch for no server.`);
  }
  return certificate;
}
