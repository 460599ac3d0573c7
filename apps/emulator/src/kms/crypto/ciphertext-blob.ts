import { createCipheriv, createDecipheriv } from 'node:crypto';
import { currentMaterial, type Key } from '../keys/key.ts';
import { isKeyId, partitionOf } from '../keys/key-address.ts';
import type { KeyMaterial } from '../keys/key-material.ts';
import { isMultiRegionId } from '../keys/multi-region.ts';
import type { MapEntries } from '../model/shape-value.ts';
import { encodeEncryptionContext } from './encode-encryption-context.ts';
import type { NonceSource } from './nonce-source.ts';

/**
 * A symmetric `CiphertextBlob`: format 1 ‖ key id 36 (ASCII) ‖ key material id 32 ‖ nonce 12 ‖ ciphertext n ‖ tag 16.
 *
 * It names its key, so that Decrypt needs no KeyId, and the material, so that it opens after a rotation. AWS does not publish
 * its own layout; clients may not look inside.
 */
const format = 1;
const keyIdAt = 1;
const materialIdAt = keyIdAt + 36;
const nonceAt = materialIdAt + 32;
const ciphertextAt = nonceAt + 12;
const tagByteLength = 16;
const minByteLength = ciphertextAt + tagByteLength;

/** Tags are checked at full length: without the option Node accepts tags of four bytes. */
const algorithm = 'aes-256-gcm';
const options = { authTagLength: tagByteLength } as const;

/** What a blob says of itself, before anything is verified. */
export interface CiphertextParts {
  readonly keyId: string;
  readonly materialId: string;
  readonly blob: Buffer;
}

/** The parts of a blob, or undefined where it is none of ours. */
export function parseCiphertextBlob(blob: Buffer): CiphertextParts | undefined {
  if (blob.byteLength < minByteLength || blob[0] !== format) return undefined;
  if (blob.compare(lastHeader, 0, nonceAt, 0, nonceAt) !== 0) {
    const keyId = blob.toString('latin1', keyIdAt, materialIdAt);
    if (!isKeyId(keyId)) return undefined;
    lastNames = { keyId, materialId: blob.toString('hex', materialIdAt, nonceAt) };
    blob.copy(lastHeader, 0, 0, nonceAt);
  }
  return { keyId: lastNames.keyId, materialId: lastNames.materialId, blob };
}

/** The last header that was read, and what it names: the next blob mostly has the same. At first it is no format's. */
const lastHeader = Buffer.alloc(nonceAt);
let lastNames = { keyId: '', materialId: '' };

/**
 * Encrypts under a key's current material, bound to the key and the encryption context.
 *
 * Nonces are random 96-bit numbers; 2³² encryptions per material (SP 800-38D §8.3) are out of an emulator's reach.
 */
export function sealCiphertextBlob(
  key: Key,
  plaintext: Uint8Array,
  context: MapEntries | undefined,
  nonces: NonceSource,
): Buffer {
  const material = currentMaterial(key);
  const place = placeOf(key, material);
  const blob = Buffer.allocUnsafe(minByteLength + plaintext.byteLength);
  blob.set(place.header);
  nonces.next(blob, nonceAt);
  const cipher = createCipheriv(algorithm, material.key, blob.subarray(nonceAt, ciphertextAt), options);
  cipher.setAAD(authenticatedData(place, context));
  blob.set(cipher.update(plaintext), ciphertextAt);
  cipher.final();
  blob.set(cipher.getAuthTag(), blob.byteLength - tagByteLength);
  return blob;
}

/** The plaintext, or undefined where key, context or any bit of the blob is another. */
export function openCiphertextBlob(
  key: Key,
  { blob, materialId }: CiphertextParts,
  context: MapEntries | undefined,
): Buffer | undefined {
  const material = key.materials.get(materialId);
  if (material === undefined) return undefined;
  const tagAt = blob.byteLength - tagByteLength;
  const decipher = createDecipheriv(algorithm, material.key, blob.subarray(nonceAt, ciphertextAt), options);
  decipher.setAAD(authenticatedData(placeOf(key, material), context));
  decipher.setAuthTag(blob.subarray(tagAt));
  const plaintext = decipher.update(blob.subarray(ciphertextAt, tagAt));
  try {
    decipher.final();
  } catch {
    // What `update` gave out was not verified.
    plaintext.fill(0);
    return undefined;
  }
  return plaintext;
}

/** What is the same for all that one material encrypts. */
interface Place {
  /** Format, key id, key material id. */
  readonly header: Buffer;
  /** Length and name of the key that a blob is bound to. */
  readonly name: Buffer;
  /** The encryption context of the last blob, and what it was authenticated with: the next one often has the same. */
  lastContext: MapEntries | undefined;
  lastData: Buffer | undefined;
}

/** In bytes; what is longer is not kept. */
const longestKept = 1024;

/** A material belongs to one key, in one account and region, whatever becomes of the key's record. */
const places = new WeakMap<KeyMaterial, Place>();

function placeOf(key: Key, material: KeyMaterial): Place {
  const known = places.get(material);
  if (known !== undefined) return known;
  const header = Buffer.alloc(nonceAt);
  header[0] = format;
  header.write(key.address.keyId, keyIdAt, 'latin1');
  header.write(material.id, materialIdAt, 'hex');
  // An ARN is ASCII: one byte a character.
  const name = Buffer.from(`\0\0\0\0${boundName(key)}`, 'latin1');
  name.writeUInt32BE(name.byteLength - 4);
  const place: Place = { header, name, lastContext: undefined, lastData: undefined };
  places.set(material, place);
  return place;
}

/**
 * The blob's own header, which has a fixed length ‖ length ‖ what names the key ‖ encryption context. A blob that is moved to a
 * key of the same id in another account or region does not open.
 */
function authenticatedData(place: Place, context: MapEntries | undefined): Buffer {
  if (place.lastData !== undefined && isSameContext(context, place.lastContext)) return place.lastData;
  const { header, name } = place;
  // A blob has the header of the key and the material that it names, byte for byte: nothing else finds them.
  const data = Buffer.concat([header, name, encodeEncryptionContext(context)]);
  if (data.byteLength <= longestKept) {
    place.lastContext = context;
    place.lastData = data;
  }
  return data;
}

/** Whether two contexts are written alike; where not, they may still be equal. */
function isSameContext(one: MapEntries = [], other: MapEntries = []): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++)
    if (one[at]?.[0] !== other[at]?.[0] || one[at]?.[1] !== other[at]?.[1]) return false;
  return true;
}

/** The ARN; of a multi-Region key without the Region, since each copy opens what another sealed. */
function boundName({ address: { accountId, keyId, region }, arn }: Key): string {
  return isMultiRegionId(keyId) ? `arn:${partitionOf(region)}:kms::${accountId}:key/${keyId}` : arn;
}
