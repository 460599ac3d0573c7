import { createHash, X509Certificate } from 'node:crypto';
import { requireArray } from './arguments.ts';
import { PinsInvalidError } from './configuration-errors.ts';

const pinForm = /^sha256\/[A-Za-z0-9+/]{43}=$/;

/**
 * Checks pins when the client is made: one that can never match would only show at the first call.
 *
 * @throws {@link PinsInvalidError} for no list, an empty one or a pin that is not `sha256/` and the base64 of 32 bytes
 */
export function parsePins(pins: readonly string[]): readonly string[] {
  requireArray('tls.pins', pins, PinsInvalidError);
  if (pins.length === 0) throw new PinsInvalidError('tls.pins is an empty list.');
  for (const [index, pin] of pins.entries()) {
    const canonical =
      typeof pin === 'string' &&
      pinForm.test(pin) &&
      Buffer.from(pin.slice(7), 'base64').toString('base64') === pin.slice(7);
    if (!canonical) throw new PinsInvalidError(`tls.pins[${index}] is not a pin.`);
  }
  return [...pins];
}

/**
 * The pin of a certificate: SHA-256 over its DER SubjectPublicKeyInfo (RFC 7469 §2.4). Node's `cert.pubkey` would not
 * do: for EC keys it is not that structure.
 *
 * @param der the certificate in DER
 */
export function pinOf(der: Uint8Array): string {
  const spki = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

/** Thrown inside the TLS handshake; the transport turns it into a PinMismatchError. */
export class UnpinnedKey extends Error {
  readonly presented: string;

  constructor(presented: string) {
    super('The public key of the certificate is not pinned.');
    this.name = 'UnpinnedKey';
    this.presented = presented;
  }
}
