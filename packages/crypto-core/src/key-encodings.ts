/*
 * The DER forms of keys on the curves of RFC 8410 (§4, §7, §10). They differ in one byte of the algorithm's identifier and
 * have fixed lengths, so that the constant bytes before the key are all there is to them. Unlike JWK they are bytes: a
 * private key never becomes a string.
 */

/** SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.x }, OCTET STRING { OCTET STRING { 32 bytes follow } } } */
const pkcs8Prefix = (oidEnd: number): readonly number[] => [
  0x30,
  0x2e,
  0x02,
  0x01,
  0x00,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  oidEnd,
  0x04,
  0x22,
  0x04,
  0x20,
];

/** SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING { 32 bytes follow } } */
export const ed25519SpkiPrefix: readonly number[] = [
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/**
 * PKCS#8 of an Ed25519 private key, 48 bytes, for the caller to zeroise.
 *
 * @param seed 32 bytes
 */
export function ed25519Pkcs8(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return pkcs8(0x70, seed);
}

/**
 * PKCS#8 of an X25519 private key, 48 bytes, for the caller to zeroise.
 *
 * @param scalar 32 bytes
 */
export function x25519Pkcs8(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  return pkcs8(0x6e, scalar);
}

function pkcs8(oidEnd: number, key: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = pkcs8Prefix(oidEnd);
  const bytes = new Uint8Array(new ArrayBuffer(prefix.length + key.byteLength));
  bytes.set(prefix);
  bytes.set(key, prefix.length);
  return bytes;
}
