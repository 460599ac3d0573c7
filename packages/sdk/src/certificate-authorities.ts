import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isUint8Array } from 'node:util/types';
import { requireArray } from './arguments.ts';
import { CertificateAuthorityInvalidError } from './configuration-errors.ts';

/** PEM text, or its bytes; each may hold several certificates. */
export type PemInput = string | Uint8Array | readonly (string | Uint8Array)[];

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The certificates of PEM texts, one string each. Node takes an empty `ca` for its defaults and passes over what it
 * cannot parse, in silence: here both are errors.
 *
 * @throws {@link CertificateAuthorityInvalidError} when a text holds no certificate, or one that does not parse
 */
export function parseCertificateAuthorities(input: PemInput): readonly string[] {
  const texts = typeof input === 'string' || isUint8Array(input) ? [input] : input;
  requireArray('tls.ca, unless it is text or bytes,', texts, CertificateAuthorityInvalidError);
  if (texts.length === 0) throw new CertificateAuthorityInvalidError('tls.ca is an empty list.');
  return texts.flatMap((text) => {
    if (typeof text === 'string') return parseBundle(text);
    if (isUint8Array(text)) return parseBundle(new TextDecoder().decode(text));
    throw new CertificateAuthorityInvalidError('tls.ca holds something that is neither text nor bytes.');
  });
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
  return parseBundle(text);
}

function parseBundle(text: string): readonly string[] {
  const blocks = text.match(pemBlock);
  if (blocks === null) {
    throw new CertificateAuthorityInvalidError('A certificate authority holds no PEM certificate.');
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      // Not kept as a cause: what stands in the block may be anything, a key included.
      throw new CertificateAuthorityInvalidError(`PEM certificate ${index + 1} cannot be parsed.`);
    }
  }
  return blocks;
}
