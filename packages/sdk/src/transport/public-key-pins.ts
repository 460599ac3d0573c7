import { createHash, type X509Certificate } from 'node:crypto';
import { requireArray } from '../arguments.ts';
import { PinsInvalidError } from '../configuration-errors.ts';

const pinForm = /^sha256\/[A-Za-z0-9+/]{43}=$/;

/**
 * Checks pins when the client is made: one that can never match would only show at the first call. A single pin is
 * refused, since the day its key is lost or stolen no client could be told of the next one (RFC 7469 §4.3).
 *
 * @throws {@link PinsInvalidError} for no list, fewer than two different pins, or a pin that is not `sha256/` and the
 *   base64 of 32 bytes
 */
export function parsePins(pins: readonly string[]): readonly string[] {
  requireArray('tls.pins', pins, PinsInvalidError);
  for (const [index, pin] of pins.entries()) {
    const canonical =
      typeof pin === 'string' &&
      pinForm.test(pin) &&
      Buffer.from(pin.slice(7), 'base64').toString('base64') === pin.slice(7);
    if (!canonical) throw new PinsInvalidError(`tls.pins[${index}] is not a pin.`);
  }
  if (new Set(pins).size < 2) throw new PinsInvalidError('tls.pins has no backup pin.');
  return [...pins];
}

/**
 * The pin of a certificate: SHA-256 over its DER SubjectPublicKeyInfo (RFC 7469 §2.4). Node's `cert.pubkey` would not
 * do: for EC keys it is not that structure.
 */
export function pinOf(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}
