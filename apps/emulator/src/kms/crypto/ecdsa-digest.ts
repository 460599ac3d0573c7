import { createECDH, type KeyObject } from 'node:crypto';
import { toBigInt } from './bigint-bytes.ts';
import { decodeEcdsaSignature, encodeEcdsaSignature } from './ecdsa-signature.ts';
import { curveNamed, multiplyAdd, type NamedCurve } from './elliptic-curve.ts';

/**
 * Signs a digest by ECDSA (FIPS 186-5 §6.4.1), which the runtime does for whole messages alone. The point of each signature's
 * random number is the runtime's own work; the rest is arithmetic whose time tells of test keys only.
 *
 * @param privateKey - of one of the curves that AWS KMS has.
 * @returns the signature in DER
 */
export function signDigest(privateKey: KeyObject, digest: Uint8Array): Buffer {
  const curve = curveNamed(privateKey.asymmetricKeyDetails?.namedCurve);
  const { order, byteLength, name } = curve;
  const secret = secretScalar(privateKey);
  const z = digestNumber(digest, curve);
  const generator = createECDH(name);
  for (;;) {
    const point = generator.generateKeys();
    const k = toBigInt(generator.getPrivateKey());
    const r = toBigInt(point.subarray(1, 1 + byteLength)) % order;
    const s = (inverse(k, order) * (z + r * secret)) % order;
    if (r !== 0n && s !== 0n) return encodeEcdsaSignature({ r, s });
  }
}

/** Verifies a signature over a digest by ECDSA (FIPS 186-5 §6.4.2); only DER is taken. */
export function verifyDigest(publicKey: KeyObject, digest: Uint8Array, signature: Buffer): boolean {
  const curve = curveNamed(publicKey.asymmetricKeyDetails?.namedCurve);
  const { order, byteLength } = curve;
  const numbers = decodeEcdsaSignature(signature);
  if (numbers === undefined) return false;
  const { r, s } = numbers;
  if (r === 0n || r >= order || s === 0n || s >= order) return false;
  const w = inverse(s, order);
  // The point is the last thing in a SubjectPublicKeyInfo; the runtime has checked that it is on the curve.
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const point = spki.subarray(spki.byteLength - 2 * byteLength);
  const q = { x: toBigInt(point.subarray(0, byteLength)), y: toBigInt(point.subarray(byteLength)) };
  const x = multiplyAdd(curve, (digestNumber(digest, curve) * w) % order, (r * w) % order, q);
  return x !== undefined && x % order === r;
}

/** RFC 5915: `SEQUENCE { 1 INTEGER, privateKey OCTET STRING, … }`, the octets as long as the curve's numbers. */
function secretScalar(privateKey: KeyObject): bigint {
  const der = privateKey.export({ type: 'sec1', format: 'der' });
  const at = der.indexOf(Buffer.from([0x02, 0x01, 0x01, 0x04])) + 4;
  const scalar = toBigInt(der.subarray(at + 1, at + 1 + (der[at] ?? 0)));
  der.fill(0);
  return scalar;
}

/** The digest's leftmost bits, as many as the order has. */
function digestNumber(digest: Uint8Array, { order }: NamedCurve): bigint {
  const surplus = digest.byteLength * 8 - order.toString(2).length;
  const z = toBigInt(digest);
  return surplus > 0 ? z >> BigInt(surplus) : z;
}

/** The inverse modulo a prime, by the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [((value % modulus) + modulus) % modulus, modulus];
  let [a, b] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high % low, low];
    [a, b] = [b - quotient * a, a];
  }
  return ((a % modulus) + modulus) % modulus;
}
