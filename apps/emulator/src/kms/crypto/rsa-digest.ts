import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** A hash that AWS KMS signs with. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** RFC 8017 §9.2, note 1: what stands before the digest in a `DigestInfo`. */
const digestInfoPrefixes: Readonly<Record<HashName, Buffer>> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** RSASSA-PKCS1-v1_5 over a digest (RFC 8017 §8.2.1), which the runtime does for whole messages alone. */
export function signPkcs1Digest(key: KeyObject, hash: HashName, digest: Uint8Array): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, digest));
}

/** RFC 8017 §8.2.2. */
export function verifyPkcs1Digest(
  key: KeyObject,
  hash: HashName,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const recovered = recover(key, signature, constants.RSA_PKCS1_PADDING);
  return recovered?.equals(digestInfo(hash, digest)) ?? false;
}

/** RSASSA-PSS over a digest (RFC 8017 §8.1.1), with MGF1 of the same hash and a salt as long as the digest. */
export function signPssDigest(key: KeyObject, hash: HashName, digest: Uint8Array): Buffer {
  const byteLength = modulusByteLength(key);
  const salt = randomBytes(digest.byteLength);
  const h = saltedDigest(hash, digest, salt);
  const block = Buffer.alloc(byteLength - h.byteLength - 1);
  block[block.byteLength - salt.byteLength - 1] = 1;
  salt.copy(block, block.byteLength - salt.byteLength);
  mask(block, hash, h);
  // The moduli of AWS KMS are whole bytes long: one bit fewer than these are encoded.
  block[0] = (block[0] ?? 0) & 0x7f;
  const encoded = Buffer.concat([block, h, Buffer.from([0xbc])]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

/** RFC 8017 §9.1.2. */
export function verifyPssDigest(
  key: KeyObject,
  hash: HashName,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const encoded = recover(key, signature, constants.RSA_NO_PADDING);
  if (encoded === undefined || encoded.at(-1) !== 0xbc || (encoded[0] ?? 0x80) >= 0x80) return false;
  const blockLength = encoded.byteLength - digest.byteLength - 1;
  const h = encoded.subarray(blockLength, -1);
  const block = Buffer.from(encoded.subarray(0, blockLength));
  mask(block, hash, h);
  block[0] = (block[0] ?? 0) & 0x7f;
  const saltAt = blockLength - digest.byteLength;
  if (block[saltAt - 1] !== 1 || block.subarray(0, saltAt - 1).some((byte) => byte !== 0)) return false;
  return timingSafeEqual(h, saltedDigest(hash, digest, block.subarray(saltAt)));
}

function digestInfo(hash: HashName, digest: Uint8Array): Buffer {
  return Buffer.concat([digestInfoPrefixes[hash], digest]);
}

function saltedDigest(hash: HashName, digest: Uint8Array, salt: Uint8Array): Buffer {
  return createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

/** MGF1 (RFC 8017 §B.2.1) over `block`, in place. */
function mask(block: Buffer, hash: HashName, seed: Uint8Array): void {
  const counter = Buffer.alloc(4);
  for (let [at, index] = [0, 0]; at < block.byteLength; index++) {
    counter.writeUInt32BE(index);
    for (const byte of createHash(hash).update(seed).update(counter).digest()) {
      if (at === block.byteLength) break;
      block[at] = (block[at] ?? 0) ^ byte;
      at++;
    }
  }
}

function recover(key: KeyObject, signature: Uint8Array, padding: number): Buffer | undefined {
  if (signature.byteLength !== modulusByteLength(key)) return undefined;
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    return undefined;
  }
}

function modulusByteLength({ asymmetricKeyDetails }: KeyObject): number {
  return (asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}
