import { requireBytes } from '../argument-types.ts';
import {
  isWrappedLength,
  requireAesKey,
  requirePaddableKey,
  requireWrappableKey,
  semiblockByteLength,
} from '../primitive-arguments.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { AesBlockCipher } from './aes-block.ts';
import { copyOf, offered, unlessRefused, type WebKey, webSubtle } from './runtime.ts';

/** Web Crypto wraps keys, not bytes; as an HMAC key any bytes are one. It never computes an HMAC. */
const asKey = { name: 'HMAC', hash: 'SHA-256' } as const;

/** RFC 5649 §3: the constant half of the alternative initial value; the other half is the key's length in bytes. */
const alternativeInitialValue = 0xa65959a6;

/** AES key wrap (RFC 3394 §2.2.1). */
export async function aesKeyWrap(kek: SecretBytes, key: SecretBytes): Promise<Uint8Array> {
  requireWrappableKey(key);
  const copy = key.clone();
  try {
    const wrapping = await importKeyWrapKey(kek);
    const wrapped = await webSubtle().importKey('raw', copy.reveal(), asKey, true, ['sign']);
    return new Uint8Array(await webSubtle().wrapKey('raw', wrapped, wrapping, 'AES-KW'));
  } finally {
    copy.dispose();
  }
}

/** AES key unwrap (RFC 3394 §2.2.2). */
export async function aesKeyUnwrap(kek: SecretBytes, wrapped: Uint8Array): Promise<SecretBytes | undefined> {
  requireBytes('A wrapped key', wrapped);
  const copy = copyOf(wrapped);
  const wrapping = await importKeyWrapKey(kek);
  if (!isWrappedLength(copy.byteLength, 3)) return undefined;
  const key = await unlessRefused(
    webSubtle().unwrapKey('raw', copy, wrapping, 'AES-KW', asKey, true, ['sign']),
  );
  if (key === undefined) return undefined;
  return SecretBytes.take(new Uint8Array(await webSubtle().exportKey('raw', key)));
}

async function importKeyWrapKey(kek: SecretBytes): Promise<WebKey> {
  requireAesKey(kek);
  const copy = kek.clone();
  try {
    return await offered(
      'AES-KW',
      webSubtle().importKey('raw', copy.reveal(), 'AES-KW', false, ['wrapKey', 'unwrapKey']),
    );
  } finally {
    copy.dispose();
  }
}

/** AES key wrap with padding (RFC 5649 §4.1), which Web Crypto does not have: RFC 3394's rounds over the block cipher. */
export async function aesKeyWrapPadded(kek: SecretBytes, key: SecretBytes): Promise<Uint8Array> {
  requirePaddableKey(key);
  const { byteLength } = key;
  const paddedByteLength = Math.ceil(byteLength / semiblockByteLength) * semiblockByteLength;
  const bytes = new Uint8Array(new ArrayBuffer(semiblockByteLength + paddedByteLength));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, alternativeInitialValue);
  view.setUint32(4, byteLength);
  bytes.set(key.reveal(), semiblockByteLength);
  try {
    const cipher = await AesBlockCipher.under(kek);
    if (paddedByteLength === semiblockByteLength) return await cipher.encrypt(bytes);
    await wrapRounds(cipher, bytes);
    return copyOf(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** AES key unwrap with padding (RFC 5649 §4.2). */
export async function aesKeyUnwrapPadded(
  kek: SecretBytes,
  wrapped: Uint8Array,
): Promise<SecretBytes | undefined> {
  requireBytes('A wrapped key', wrapped);
  let bytes = copyOf(wrapped);
  const cipher = await AesBlockCipher.under(kek);
  if (!isWrappedLength(bytes.byteLength, 2)) return undefined;
  try {
    if (bytes.byteLength === 2 * semiblockByteLength) bytes = await cipher.decrypt(bytes);
    else await unwrapRounds(cipher, bytes);
    return unpadded(bytes);
  } finally {
    bytes.fill(0);
  }
}

/**
 * The key, or undefined unless all of RFC 5649 §3 holds: the constant, the length, and zeros after it. Whichever fails, the
 * answer is the same and took the same steps.
 */
function unpadded(bytes: Uint8Array<ArrayBuffer>): SecretBytes | undefined {
  const view = new DataView(bytes.buffer);
  const padded = bytes.subarray(semiblockByteLength);
  const byteLength = view.getUint32(4);
  const paddingByteLength = padded.byteLength - byteLength;
  let wrong = view.getUint32(0) ^ alternativeInitialValue;
  wrong |= Number(paddingByteLength < 0) | Number(paddingByteLength >= semiblockByteLength);
  for (let i = 1; i < semiblockByteLength; i++) {
    const at = padded.byteLength - i;
    wrong |= Number(at >= byteLength) & Number((padded[at] ?? 0) !== 0);
  }
  return wrong === 0 ? SecretBytes.take(padded.subarray(0, byteLength)) : undefined;
}

/** RFC 3394 §2.2.1, in place: `bytes` is A ‖ R₁ ‖ … ‖ Rₙ. */
async function wrapRounds(cipher: AesBlockCipher, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const count = bytes.byteLength / semiblockByteLength - 1;
  for (let t = 1; t <= 6 * count; t++) {
    const at = (((t - 1) % count) + 1) * semiblockByteLength;
    const block = blockOf(bytes, at);
    const encrypted = await cipher.encrypt(block);
    putBack(bytes, at, encrypted);
    addStep(bytes, t);
    block.fill(0);
    encrypted.fill(0);
  }
}

/** RFC 3394 §2.2.2, in place. */
async function unwrapRounds(cipher: AesBlockCipher, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const count = bytes.byteLength / semiblockByteLength - 1;
  for (let t = 6 * count; t >= 1; t--) {
    const at = (((t - 1) % count) + 1) * semiblockByteLength;
    addStep(bytes, t);
    const block = blockOf(bytes, at);
    const decrypted = await cipher.decrypt(block);
    putBack(bytes, at, decrypted);
    block.fill(0);
    decrypted.fill(0);
  }
}

/** A ‖ Rᵢ */
function blockOf(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(new ArrayBuffer(2 * semiblockByteLength));
  block.set(bytes.subarray(0, semiblockByteLength));
  block.set(bytes.subarray(at, at + semiblockByteLength), semiblockByteLength);
  return block;
}

/** A and Rᵢ from the halves of `block`. */
function putBack(bytes: Uint8Array, at: number, block: Uint8Array): void {
  bytes.set(block.subarray(0, semiblockByteLength));
  bytes.set(block.subarray(semiblockByteLength), at);
}

/** A ⊕ t; 6 · 1,024 steps at most, so that two bytes are enough. */
function addStep(bytes: Uint8Array<ArrayBuffer>, t: number): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(6, view.getUint16(6) ^ t);
}
