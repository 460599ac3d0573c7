import type { Awaitable } from './awaitable.ts';
import type { DataKeyHeader, DataKeyWrapping } from './data-key-header.ts';
import type { FieldContext, ValueContext } from './encryption-context.ts';
import type { KeyPlace } from './key-place.ts';
import type { Plaintext } from './plaintext.ts';
import type { Primitives } from './primitives.ts';
import type { RowId } from './row-id.ts';
import type { SecretBytes } from './secret-bytes.ts';

/**
 * A data key made in this process that nobody has wrapped yet. Its secret goes to the service to be wrapped;
 * what comes back makes it a sealer. Disposing zeroises the secret; a sealer made from it lives on.
 *
 * No method takes or returns a nonce: nonces are random and are the backend's own business.
 */
export interface FreshDataKey extends Disposable {
  /** The data key, 32 bytes; owned by this object. */
  readonly secret: SecretBytes;
  /** What the key commits to, 32 bytes. */
  readonly commitment: Uint8Array;
  /**
   * Moves the key into a sealer. Works once: the sealer counts the key's uses, and two would count apart.
   *
   * @throws {@link InvalidArgumentError} for parts of the wrong length, or at the second call
   * @throws {@link SecretDisposedError} after disposal
   */
  wrappedAs(wrapping: DataKeyWrapping): Awaitable<DataKeySealer>;
}

/** Seals under one data key that this process made, at most 2²⁴ times. */
export interface DataKeySealer extends Disposable {
  readonly header: DataKeyHeader;
  /** How many seals this key has left. */
  readonly sealsLeft: number;
  /** The header as a record stores it, 102 bytes; a new array each time. */
  recordHeader(): Uint8Array;
  /**
   * A self-contained value: 131 bytes over the encoded plaintext.
   *
   * @throws {@link UnsupportedValueError} for a plaintext that would not come back as it went in
   * @throws {@link DataKeyExhaustedError} when no seal is left
   * @throws {@link SecretDisposedError} after disposal
   */
  sealValue(value: Plaintext, context: ValueContext): Awaitable<Uint8Array>;
  /**
   * One field of the row `rowId`: 30 bytes over the encoded plaintext.
   *
   * @throws {@link InvalidEncryptionContextError} for a row id that the declared type does not have
   * @throws {@link UnsupportedValueError} for a plaintext that would not come back as it went in
   * @throws {@link DataKeyExhaustedError} when no seal is left
   * @throws {@link SecretDisposedError} after disposal
   */
  sealField(value: Plaintext, context: FieldContext, rowId: RowId): Awaitable<Uint8Array>;
  /**
   * The input key of one more stream, 32 bytes, for `sealStream`; the caller disposes of it. Counts as one seal.
   *
   * @internal
   * @throws {@link DataKeyExhaustedError} when no seal is left
   * @throws {@link SecretDisposedError} after disposal
   */
  sealingStreamKey(): Awaitable<SecretBytes>;
}

/**
 * Opens what was sealed under one data key. It has no method that seals: an unwrapped data key decrypts only.
 */
export interface DataKeyOpener extends Disposable {
  readonly header: DataKeyHeader;
  /**
   * The plaintext of a value, in its own type. Bytes come in memory of their own, and none before the tag is
   * verified.
   *
   * @throws {@link NotKeyfoldCiphertextError} when the bytes are no value
   * @throws {@link TruncatedCiphertextError} when they are shorter than 131 bytes
   * @throws {@link UnsupportedFormatError} for an unknown suite or, once authentic, an unknown type of
   *   content
   * @throws {@link NonCanonicalEncodingError} when authentic content is not what its type prescribes
   * @throws {@link IntegrityCheckFailedError} for changed bytes, another context, or another data key's
   *   header
   * @throws {@link SecretDisposedError} after disposal
   */
  openValue(value: Uint8Array, context: ValueContext): Awaitable<Plaintext>;
  /**
   * The plaintext of a record's field, in its own type; otherwise as {@link DataKeyOpener.openValue}, from 30
   * bytes.
   *
   * @throws {@link InvalidEncryptionContextError} for a row id that the declared type does not have
   * @throws {@link NotKeyfoldCiphertextError} when the bytes are no field
   * @throws {@link TruncatedCiphertextError} when they are shorter than 30 bytes
   * @throws {@link UnsupportedFormatError} for an unknown type of authentic content
   * @throws {@link NonCanonicalEncodingError} when authentic content is not what its type prescribes
   * @throws {@link IntegrityCheckFailedError} for changed bytes, another context, another row or another data
   *   key
   * @throws {@link SecretDisposedError} after disposal
   */
  openField(field: Uint8Array, context: FieldContext, rowId: RowId): Awaitable<Plaintext>;
  /**
   * The input key of this data key's streams, 32 bytes, for `openStream` and `openRange`; the caller disposes of it.
   *
   * @internal
   * @throws {@link SecretDisposedError} after disposal
   */
  openingStreamKey(): Awaitable<SecretBytes>;
}

/** How a wrapping key may be used. */
export interface WrappingKeyOptions {
  /** How often it wraps, 1 to 2³² times; 2³² if left out (NIST SP 800-38D §8.3, for random nonces). */
  readonly maxWraps?: number;
}

/**
 * A key that wraps other keys, each bound to its place, at most 2³² times.
 *
 * The count begins anew with each object: it is complete only where the key's bytes make one object in one process, ever.
 * Whoever opens a stored key again, or in several processes, keeps the count where the key is kept, and passes what is left
 * of it as `maxWraps`; the key hierarchy sets uses aside in the key's row before they are made.
 */
export interface WrappingKey extends Disposable {
  /**
   * Nonce 12 ‖ wrapped key n ‖ tag 16.
   *
   * @param key 16 to 64 bytes; stays the caller's
   * @throws {@link KeyExhaustedError} when no use is left
   * @throws {@link InvalidArgumentError} for a key of another length or a place that cannot be encoded
   * @throws {@link SecretDisposedError} after disposal, of either key
   */
  wrap(key: SecretBytes, place: KeyPlace): Awaitable<Uint8Array>;
  /**
   * The key that was wrapped; the caller owns it.
   *
   * @param wrapped 44 to 92 bytes
   * @throws {@link KeyUnwrapFailedError} for changed bytes, another length, another place or another wrapping
   *   key
   * @throws {@link InvalidArgumentError} for a place that cannot be encoded
   * @throws {@link SecretDisposedError} after disposal
   */
  unwrap(wrapped: Uint8Array, place: KeyPlace): Awaitable<SecretBytes>;
}

/** What HKDF derives from a secret. */
export interface HkdfOptions {
  /** Any length; none is the same as 32 zeros (RFC 5869 §2.2). */
  readonly salt?: Uint8Array;
  /** Separates this key from others of the same secret, 0 to 1,024 bytes. */
  readonly info: Uint8Array;
  /** Length of the result, 1 to 8,160 bytes (RFC 5869 §2.3: 255 blocks). */
  readonly byteLength: number;
}

/**
 * One runtime's cryptography. Every backend gives the same bytes and the same errors; one that answers at once throws them at
 * once, one that answers later rejects with them ({@link Awaitable}).
 */
export interface CryptoBackend {
  /** For messages and telemetry. */
  readonly name: string;
  /**
   * What the formats of this package are built on.
   *
   * @internal
   */
  readonly primitives: Primitives;
  /** A new random data key of this process. */
  createDataKey(): Awaitable<FreshDataKey>;
  /**
   * An opener for what was sealed under `dataKey`, once the key is shown to be the one the header commits to.
   *
   * @param dataKey 32 bytes; owned by this call, which disposes of it in any case
   * @throws {@link CommitmentMismatchError} when it is another key
   * @throws {@link InvalidArgumentError} when it has another length
   */
  openDataKey(header: DataKeyHeader, dataKey: SecretBytes): Awaitable<DataKeyOpener>;
  /**
   * @param key 32 bytes; owned by this call, which disposes of it in any case
   * @throws {@link InvalidArgumentError} when it has another length, or for a bound outside of 1 to 2³²
   */
  wrappingKey(key: SecretBytes, options?: WrappingKeyOptions): Awaitable<WrappingKey>;
  /**
   * What a data key commits to, 32 bytes.
   *
   * @param dataKey 32 bytes; stays the caller's
   * @throws {@link InvalidArgumentError} when it has another length
   */
  commitmentOf(dataKey: SecretBytes): Awaitable<Uint8Array>;
  /**
   * HKDF with SHA-256 (RFC 5869), extract and expand.
   *
   * @param secret input keying material; stays the caller's
   * @throws {@link InvalidArgumentError} for a length that HKDF cannot give
   */
  hkdfSha256(secret: SecretBytes, options: HkdfOptions): Awaitable<SecretBytes>;
  /** HMAC with SHA-256 (RFC 2104), 32 bytes. */
  hmacSha256(key: SecretBytes, data: Uint8Array): Awaitable<Uint8Array>;
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(data: Uint8Array): Awaitable<Uint8Array>;
  /** Whether both are equal, in a time that depends on their lengths only; false when the lengths differ. */
  constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean;
  /**
   * Random bytes that are no key (for keys, `SecretBytes.random`): ids, salts, references.
   *
   * @param byteLength 0 to 65,536 bytes
   * @throws {@link InvalidArgumentError} when `byteLength` is not such an integer
   */
  randomBytes(byteLength: number): Uint8Array;
  /** The text form: `kf1.` and canonical base64url without padding, of the whole value, header or field. */
  encodeText(bytes: Uint8Array): string;
  /**
   * The bytes of a text form.
   *
   * @throws {@link NotKeyfoldCiphertextError} when it does not begin with `kf1.`
   * @throws {@link NonCanonicalEncodingError} when it is not what {@link CryptoBackend.encodeText} gives for
   *   any bytes
   */
  decodeText(text: string): Uint8Array;
}
