import { requireBytes } from './argument-types.ts';
import { ed25519KeyByteLength, ed25519SignatureByteLength } from './primitive-arguments.ts';

/*
 * Where runtimes disagree about Ed25519 signatures, decided here for all of them. Everything in this file is public.
 */

/**
 * The y coordinates of the eight points of small order, little-endian (Chalkias et al., "Taming the many EdDSAs"). A
 * key or a commitment among them signs nothing in particular: one signature can be right for many messages.
 */
const smallOrderY: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

/** @throws {@link InvalidArgumentError} for anything but Uint8Arrays */
export function requireSignedBytes(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): void {
  requireBytes('A public key', publicKey);
  requireBytes('What was signed', data);
  requireBytes('A signature', signature);
}

/**
 * Whether a signature is worth asking the runtime about.
 *
 * @param publicKey 32 bytes
 */
export function isEd25519Candidate(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    signature.byteLength === ed25519SignatureByteLength &&
    isUsablePoint(publicKey) &&
    isUsablePoint(signature.subarray(0, ed25519KeyByteLength))
  );
}

/** Whether 32 bytes are y < p in its one encoding (RFC 8032 §5.1.3) and not of small order. The curve is not checked. */
export function isUsablePoint(point: Uint8Array): boolean {
  let y = '';
  for (let i = 0; i < ed25519KeyByteLength; i++) {
    const byte = point[i] ?? 0;
    // The highest bit is the sign of x.
    y += (i === ed25519KeyByteLength - 1 ? byte & 0x7f : byte).toString(16).padStart(2, '0');
  }
  // p = 2²⁵⁵ − 19: the 19 numbers from there to 2²⁵⁵ − 1 have ED to FF as their lowest byte and ones above it.
  const notReduced = y.endsWith(`${'ff'.repeat(30)}7f`) && (point[0] ?? 0) >= 0xed;
  return !notReduced && !smallOrderY.includes(y);
}
