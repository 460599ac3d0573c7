import { requireBytes, requireSecret } from '../argument-types.ts';
import { SecretDisposedError } from '../crypto-errors.ts';
import { isEd25519Candidate, requireSignedBytes } from '../ed25519-checks.ts';
import { ed25519Pkcs8, x25519Pkcs8 } from '../key-encodings.ts';
import { ed25519KeyByteLength, requireLength } from '../primitive-arguments.ts';
import type { Ed25519SigningKey } from '../primitives.ts';
import type { SecretBytes } from '../secret-bytes.ts';
import { copyOf, isNamed, offered, unlessRefused, type WebKey, webSubtle } from './runtime.ts';

/** The field's prime (RFC 7748 §4.1). */
const p = 2n ** 255n - 19n;

/** u = 9, the base point of X25519 (RFC 7748 §4.1). */
const basePoint = Uint8Array.of(9, ...new Uint8Array(31));

/** An Ed25519 key that signs (RFC 8032 §5.1). */
export class WebEd25519SigningKey implements Ed25519SigningKey {
  readonly publicKey: Uint8Array;
  #key: WebKey | undefined;

  private constructor(key: WebKey, publicKey: Uint8Array) {
    this.#key = key;
    this.publicKey = publicKey;
  }

  /** @param seed 32 bytes; stays the caller's */
  static async fromSeed(seed: SecretBytes): Promise<WebEd25519SigningKey> {
    requireSecret('An Ed25519 seed', seed);
    requireLength('An Ed25519 seed', seed, ed25519KeyByteLength);
    const copy = seed.clone();
    try {
      const key = await importPrivateKey('Ed25519', ed25519Pkcs8(copy.reveal()), 'sign');
      return new WebEd25519SigningKey(key, await publicKeyOf(copy, key));
    } finally {
      copy.dispose();
    }
  }

  async sign(data: Uint8Array): Promise<Uint8Array> {
    requireBytes('What is signed', data);
    if (this.#key === undefined) throw new SecretDisposedError('This signing key has been disposed of.');
    return new Uint8Array(await webSubtle().sign('Ed25519', this.#key, copyOf(data)));
  }

  /** Drops the key; the runtime frees its memory when the garbage collector finds it. */
  [Symbol.dispose](): void {
    this.#key = undefined;
  }
}

/** Whether the signature is right (RFC 8032 §5.1.7); see {@link Primitives.ed25519Verify}. */
export async function ed25519Verify(
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  requireSignedBytes(publicKey, data, signature);
  requireLength('An Ed25519 public key', publicKey, ed25519KeyByteLength);
  if (!isEd25519Candidate(publicKey, signature)) return false;
  return verify(copyOf(publicKey), copyOf(data), copyOf(signature));
}

async function verify(
  publicKey: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const key = await offered(
      'Ed25519',
      webSubtle().importKey('raw', publicKey, 'Ed25519', false, ['verify']),
    );
    return (await unlessRefused(webSubtle().verify('Ed25519', key, signature, data))) ?? false;
  } catch (error) {
    if (isNamed(error, 'DataError')) return false; // some runtimes refuse to import what is no point
    throw error;
  }
}

/**
 * The public key of a seed, 32 bytes. Web Crypto gives it only with JWK, next to the private key as a string, which cannot
 * be wiped. Instead: the same scalar on the same curve is an X25519 private key (RFC 7748 §5 and RFC 8032 §5.1.5 clamp
 * alike), whose public key u is the point's other coordinate, y = (u − 1) / (u + 1) (RFC 7748 §4.1). That leaves the sign of
 * x, one bit, which the key's own signature decides.
 */
async function publicKeyOf(seed: SecretBytes, signingKey: WebKey): Promise<Uint8Array> {
  const u = littleEndian(await x25519PublicKey(seed));
  const publicKey = bytesOf(((u - 1n + p) * inverse(u + 1n)) % p);
  const message = new Uint8Array(new ArrayBuffer(0));
  const signature = new Uint8Array(await webSubtle().sign('Ed25519', signingKey, message));
  if (!(await verify(publicKey, message, signature))) {
    publicKey[ed25519KeyByteLength - 1] = (publicKey[ed25519KeyByteLength - 1] ?? 0) | 0x80;
  }
  return publicKey;
}

/** The u coordinate of the point whose scalar is the first half of SHA-512(seed) (RFC 8032 §5.1.5). */
async function x25519PublicKey(seed: SecretBytes): Promise<Uint8Array> {
  const hash = new Uint8Array(await webSubtle().digest('SHA-512', seed.reveal()));
  try {
    const scalar = x25519Pkcs8(hash.subarray(0, ed25519KeyByteLength));
    const key = await importPrivateKey('X25519', scalar, 'deriveBits');
    const base = await webSubtle().importKey('raw', basePoint, 'X25519', false, []);
    return new Uint8Array(await webSubtle().deriveBits({ name: 'X25519', public: base }, key, 256));
  } finally {
    hash.fill(0);
  }
}

/** @param encoded PKCS#8, zeroised here */
async function importPrivateKey(
  algorithm: 'Ed25519' | 'X25519',
  encoded: Uint8Array<ArrayBuffer>,
  usage: 'sign' | 'deriveBits',
): Promise<WebKey> {
  try {
    return await offered(algorithm, webSubtle().importKey('pkcs8', encoded, algorithm, false, [usage]));
  } finally {
    encoded.fill(0);
  }
}

/*
 * Arithmetic on public numbers only: its time depends on them.
 */

/** a⁻¹ = a^(p − 2) mod p (Fermat). */
function inverse(a: bigint): bigint {
  let result = 1n;
  let power = a % p;
  for (let exponent = p - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * power) % p;
    power = (power * power) % p;
  }
  return result;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function bytesOf(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(ed25519KeyByteLength));
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return bytes;
}
