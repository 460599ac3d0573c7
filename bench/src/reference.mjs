import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, randomFillSync } from 'node:crypto';

// The fastest honest AES-256-GCM that node:crypto gives; everything is measured against it. Honest: a fresh random
// nonce for each message, the whole tag, no plaintext before it was checked, nothing carried over between calls.

const algorithm = 'aes-256-gcm';
const options = { authTagLength: 16 };
const nonceBytes = 12;
const tagBytes = 16;

const pool = new Uint32Array(3 * 1024);
const nonce = Buffer.alloc(nonceBytes);
const words = new Uint32Array(nonce.buffer, nonce.byteOffset, 3);
let used = pool.length;

function nextNonce() {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  words[0] = pool[used];
  words[1] = pool[used + 1];
  words[2] = pool[used + 2];
  used += 3;
  return nonce;
}

/** Nonce ‖ ciphertext ‖ tag, and nothing else. */
export function createReference() {
  const key = createSecretKey(randomBytes(32));
  return {
    seal(plaintext) {
      const iv = nextNonce();
      const cipher = createCipheriv(algorithm, key, iv, options);
      const body = cipher.update(plaintext);
      cipher.final();
      const out = Buffer.allocUnsafe(nonceBytes + body.length + tagBytes);
      out.set(iv);
      out.set(body, nonceBytes);
      out.set(cipher.getAuthTag(), nonceBytes + body.length);
      return out;
    },
    open(sealed) {
      const tagAt = sealed.length - tagBytes;
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), options);
      decipher.setAuthTag(sealed.subarray(tagAt));
      const plaintext = decipher.update(sealed.subarray(nonceBytes, tagAt));
      decipher.final();
      return plaintext;
    },
  };
}

/**
 * The floors: the reference with what a format like Keyfold's cannot do without. Between a floor and the reference lies
 * what the format costs, between a floor and crypto-core what the implementation does.
 *
 * @param {Buffer} aad authenticated data, empty for none
 * @param {Buffer} header copied in front when sealing, compared byte by byte when opening; empty for none
 */
export function createFloor(aad, header) {
  const key = createSecretKey(randomBytes(32));
  const nonceAt = header.length;
  const bodyAt = nonceAt + nonceBytes;
  return {
    seal(plaintext) {
      const iv = nextNonce();
      const cipher = createCipheriv(algorithm, key, iv, options);
      cipher.setAAD(aad);
      const body = cipher.update(plaintext);
      cipher.final();
      const out = Buffer.allocUnsafe(bodyAt + body.length + tagBytes);
      if (nonceAt > 0) out.set(header);
      out.set(iv, nonceAt);
      out.set(body, bodyAt);
      out.set(cipher.getAuthTag(), bodyAt + body.length);
      return out;
    },
    open(sealed) {
      for (let i = 0; i < nonceAt; i++) if (sealed[i] !== header[i]) throw new Error('Another header.');
      const tagAt = sealed.length - tagBytes;
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(nonceAt, bodyAt), options);
      decipher.setAAD(aad);
      decipher.setAuthTag(sealed.subarray(tagAt));
      const plaintext = decipher.update(sealed.subarray(bodyAt, tagAt));
      decipher.final();
      return plaintext;
    },
  };
}
