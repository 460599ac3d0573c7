import { createCipheriv, createDecipheriv, randomFillSync, timingSafeEqual } from 'node:crypto';
import { SecretsStateUnreadableError } from './secrets-state-unreadable-error.ts';

/** A secret value. The bytes of a text are its UTF-8. */
export interface SecretValue {
  readonly kind: 'string' | 'binary';
  readonly bytes: Uint8Array;
}

/** A value under a data key, and the data key under a KMS key. */
export interface SealedValue {
  /** The KMS key: an ARN, or `default` for the account's AWS managed key. */
  readonly kmsKey: string;
  readonly dataKeyBlob: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

const algorithm = 'aes-256-gcm';
const nonceByteLength = 12;
const tagByteLength = 16;
const format = 1;
const kinds: readonly SecretValue['kind'][] = ['string', 'binary'];

/** What a value is sealed with. A data key seals one value only. */
export interface SealingKey extends Pick<SealedValue, 'kmsKey' | 'dataKeyBlob'> {
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
}

/**
 * Seals a value: AES-256-GCM over its kind (1 byte) and its bytes.
 *
 * @param place - what the value belongs to; it must be the same when it is opened.
 */
export function sealValue(
  { kind, bytes }: SecretValue,
  { dataKey, dataKeyBlob, kmsKey }: SealingKey,
  place: string,
): SealedValue {
  const nonce = randomFillSync(new Uint8Array(nonceByteLength));
  const cipher = createCipheriv(algorithm, dataKey, nonce, { authTagLength: tagByteLength });
  cipher.setAAD(Buffer.from(place));
  const plaintext = new Uint8Array(1 + bytes.byteLength);
  plaintext[0] = kinds.indexOf(kind);
  plaintext.set(bytes, 1);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  plaintext.fill(0);
  return { kmsKey, dataKeyBlob, nonce, ciphertext, tag: cipher.getAuthTag() };
}

/**
 * Opens a value. The caller zeroises its bytes.
 *
 * @throws {SecretsStateUnreadableError} where it was changed, or belongs to another place
 */
export function openValue(
  { nonce, ciphertext, tag }: SealedValue,
  dataKey: Uint8Array,
  place: string,
): SecretValue {
  const decipher = createDecipheriv(algorithm, dataKey, nonce, { authTagLength: tagByteLength });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(tag);
  const opened = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    opened.fill(0);
    throw new SecretsStateUnreadableError('A secret value was changed, or is in the place of another.');
  }
  const bytes = Uint8Array.from(opened.subarray(1));
  const kind = kinds[opened[0] ?? -1];
  opened.fill(0);
  if (kind === undefined) throw new SecretsStateUnreadableError('A secret value is of no known kind.');
  return { kind, bytes };
}

/** The content of a value's row: format 1 ‖ length 2 ‖ KMS key ‖ length 2 ‖ blob ‖ nonce 12 ‖ tag 16 ‖ ciphertext. */
export function encodeSealedValue(sealed: SealedValue): Uint8Array {
  const { nonce, tag, ciphertext } = sealed;
  const parts = [Buffer.from(sealed.kmsKey), sealed.dataKeyBlob].flatMap((part) => [
    Uint8Array.of(part.byteLength >> 8, part.byteLength & 0xff),
    part,
  ]);
  return Buffer.concat([Uint8Array.of(format), ...parts, nonce, tag, ciphertext]);
}

/** @throws {SecretsStateUnreadableError} where the bytes are not such a row */
export function decodeSealedValue(content: Uint8Array): SealedValue {
  let at = 1;
  const take = (byteLength: number): Uint8Array => {
    at += byteLength;
    if (at > content.byteLength) throw unreadableRow();
    return content.subarray(at - byteLength, at);
  };
  const takeCounted = (): Uint8Array => {
    const [high = 0, low = 0] = take(2);
    return take((high << 8) | low);
  };
  if (content[0] !== format) throw unreadableRow();
  const sealed = {
    kmsKey: Buffer.from(takeCounted()).toString('utf8'),
    dataKeyBlob: takeCounted(),
    nonce: take(nonceByteLength),
    tag: take(tagByteLength),
    ciphertext: content.subarray(at),
  };
  if (sealed.ciphertext.byteLength === 0) throw unreadableRow();
  return sealed;
}

function unreadableRow(): SecretsStateUnreadableError {
  return new SecretsStateUnreadableError('The row of a secret value has another format than 1.');
}

/** Compares in a time that tells nothing of where values differ. */
export function equalValues(a: SecretValue, b: SecretValue): boolean {
  return a.kind === b.kind && a.bytes.byteLength === b.bytes.byteLength && timingSafeEqual(a.bytes, b.bytes);
}
