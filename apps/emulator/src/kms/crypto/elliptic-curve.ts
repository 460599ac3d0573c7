/** y² = x³ + ax + b over the integers modulo `prime`. */
export interface NamedCurve {
  /** The runtime's name. */
  readonly name: string;
  readonly prime: bigint;
  readonly a: bigint;
  readonly order: bigint;
  readonly generator: Point;
  /** Of a coordinate. */
  readonly byteLength: number;
}

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/** SEC 2 v2 §2.4.1 and FIPS 186-4 §D.1.2. */
const curves: readonly NamedCurve[] = [
  {
    name: 'secp256k1',
    prime: 2n ** 256n - 2n ** 32n - 977n,
    a: 0n,
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    generator: {
      x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
      y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
    },
    byteLength: 32,
  },
  {
    name: 'prime256v1',
    prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    a: -3n,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    generator: {
      x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    },
    byteLength: 32,
  },
  {
    name: 'secp384r1',
    prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    a: -3n,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    generator: {
      x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    },
    byteLength: 48,
  },
  {
    name: 'secp521r1',
    prime: 2n ** 521n - 1n,
    a: -3n,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    generator: {
      x: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
      y: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
    },
    byteLength: 66,
  },
];

/** @throws {TypeError} for a curve that AWS KMS does not have */
export function curveNamed(name: string | undefined): NamedCurve {
  const curve = curves.find((row) => row.name === name);
  if (curve === undefined) throw new TypeError(`There is no curve ${String(name)}.`);
  return curve;
}

/** X/Z², Y/Z³; Z = 0 is the point at infinity. */
interface JacobianPoint extends Point {
  readonly z: bigint;
}

const infinity: JacobianPoint = { x: 1n, y: 1n, z: 0n };

/** The x-coordinate of g·G + q·Q, or undefined for the point at infinity. For public numbers only: its time depends on them. */
export function multiplyAdd(curve: NamedCurve, g: bigint, q: bigint, point: Point): bigint | undefined {
  const { prime, generator } = curve;
  const one = { ...generator, z: 1n };
  const other = { ...point, z: 1n };
  const both = add(curve, one, other);
  let sum = infinity;
  for (let bit = BigInt(curve.byteLength * 8 - 1); bit >= 0n; bit--) {
    sum = double(curve, sum);
    const [inG, inQ] = [(g >> bit) & 1n, (q >> bit) & 1n];
    if (inG === 1n && inQ === 1n) sum = add(curve, sum, both);
    else if (inG === 1n) sum = add(curve, sum, one);
    else if (inQ === 1n) sum = add(curve, sum, other);
  }
  if (sum.z === 0n) return undefined;
  const inverse = power(sum.z, prime - 2n, prime);
  return modulo(sum.x * inverse * inverse, prime);
}

/** Cohen, Miyaji, Ono: addition in Jacobian coordinates. */
function add(curve: NamedCurve, p: JacobianPoint, q: JacobianPoint): JacobianPoint {
  if (p.z === 0n) return q;
  if (q.z === 0n) return p;
  const mod = (value: bigint): bigint => modulo(value, curve.prime);
  const [zp, zq] = [mod(p.z * p.z), mod(q.z * q.z)];
  const [up, uq] = [mod(p.x * zq), mod(q.x * zp)];
  const [sp, sq] = [mod(p.y * zq * q.z), mod(q.y * zp * p.z)];
  if (up === uq) return sp === sq ? double(curve, p) : infinity;
  const h = mod(uq - up);
  const r = mod(sq - sp);
  const [h2, h3] = [mod(h * h), mod(h * h * h)];
  const x = mod(r * r - h3 - 2n * up * h2);
  return { x, y: mod(r * (up * h2 - x) - sp * h3), z: mod(h * p.z * q.z) };
}

function double({ prime, a }: NamedCurve, { x, y, z }: JacobianPoint): JacobianPoint {
  if (z === 0n || y === 0n) return infinity;
  const mod = (value: bigint): bigint => modulo(value, prime);
  const y2 = mod(y * y);
  const s = mod(4n * x * y2);
  const z2 = mod(z * z);
  const m = mod(3n * x * x + a * z2 * z2);
  const doubledX = mod(m * m - 2n * s);
  return { x: doubledX, y: mod(m * (s - doubledX) - 8n * y2 * y2), z: mod(2n * y * z) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n, square = (square * square) % modulus)
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
  return result;
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}
