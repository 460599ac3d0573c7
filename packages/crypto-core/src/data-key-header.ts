import { requireBytes, requireObject } from './argument-types.ts';
import {
  CommitmentMismatchError,
  InvalidArgumentError,
  NonCanonicalEncodingError,
  UnsupportedFormatError,
} from './crypto-errors.ts';
import {
  commitmentByteLength,
  dataKeyHeaderByteLength,
  formByte,
  keyReferenceByteLength,
  recordHeaderByteLength,
  suiteAes256GcmHkdfSha256,
  valueOverheadBytes,
  wrappedDataKeyByteLength,
} from './format.ts';
import { requireForm } from './require-form.ts';

/**
 * What is stored of a data key, 101 bytes: suite 1 ‖ key reference 8 ‖ wrapped data key 60 ‖ commitment 32. A
 * value carries it after its form byte, and so does a record's header: one wrapped data key serves both.
 */
export interface DataKeyHeader {
  /** Suite byte; 1 is AES-256-GCM with an HKDF-SHA256 commitment. */
  readonly suite: number;
  /** Names the wrapping key under its tenant, 8 bytes, random. */
  readonly keyReference: Uint8Array;
  /** Nonce 12 ‖ wrapped key 32 ‖ tag 16, 60 bytes. */
  readonly wrapped: Uint8Array;
  /** What the data key must derive to, 32 bytes. */
  readonly commitment: Uint8Array;
  /** All of it, 101 bytes. */
  readonly bytes: Uint8Array;
}

/** What the service adds to a fresh data key: which key wrapped it, and the wrapped key. */
export interface DataKeyWrapping {
  /** Names the wrapping key under its tenant, 8 bytes. */
  readonly keyReference: Uint8Array;
  /** Nonce 12 ‖ wrapped key 32 ‖ tag 16, 60 bytes. */
  readonly wrapped: Uint8Array;
}

/** A parsed value: what is needed to find its data key. */
export interface ParsedValue {
  /** Its data key's header. */
  readonly header: DataKeyHeader;
  /** Length of the encoded plaintext in bytes, without the type byte. */
  readonly contentByteLength: number;
}

/**
 * Puts a header together.
 *
 * @param commitment 32 bytes
 * @throws {@link InvalidArgumentError} when a part has another length
 * @example
 * ```ts
 * const fresh = nodeBackend.createDataKey();
 * const { keyReference, wrapped } = await service.wrap(fresh.secret, fresh.commitment);
 * const header = dataKeyHeader({ keyReference, wrapped }, fresh.commitment);
 * header.bytes.byteLength; // → 101
 * ```
 */
export function dataKeyHeader(wrapping: DataKeyWrapping, commitment: Uint8Array): DataKeyHeader {
  requireObject('A wrapping', wrapping);
  const { keyReference, wrapped } = wrapping;
  requireLength('A key reference', keyReference, keyReferenceByteLength);
  requireLength('A wrapped data key', wrapped, wrappedDataKeyByteLength);
  requireLength('A commitment', commitment, commitmentByteLength);
  const bytes = new Uint8Array(dataKeyHeaderByteLength);
  bytes[0] = suiteAes256GcmHkdfSha256;
  bytes.set(keyReference, 1);
  bytes.set(wrapped, 1 + keyReferenceByteLength);
  bytes.set(commitment, 1 + keyReferenceByteLength + wrappedDataKeyByteLength);
  return viewHeader(bytes);
}

/**
 * Reads the data-key header of a value. Nothing is decrypted, and nothing is authentic yet.
 *
 * @param bytes a value, at least 131 bytes
 * @throws {@link NotKeyfoldCiphertextError} when it is empty or begins like something else
 * @throws {@link UnsupportedFormatError} for an unknown suite
 * @throws {@link TruncatedCiphertextError} when it is shorter than 131 bytes
 * @example
 * ```ts
 * const value = sealer.sealValue('4111 1111 1111 1111', context);
 * const { header, contentByteLength } = parseValue(value);
 * const opener = await service.unwrapAndOpen(header);
 * contentByteLength; // → 19
 * ```
 */
export function parseValue(bytes: Uint8Array): ParsedValue {
  requireForm(bytes, formByte.value, valueOverheadBytes);
  return {
    header: viewHeader(copyHeader(bytes)),
    contentByteLength: bytes.byteLength - valueOverheadBytes,
  };
}

/**
 * Reads a record's header. Nothing is decrypted, and nothing is authentic yet.
 *
 * @param bytes a record header, 102 bytes
 * @throws {@link NotKeyfoldCiphertextError} when it is empty or begins like something else
 * @throws {@link UnsupportedFormatError} for an unknown suite
 * @throws {@link TruncatedCiphertextError} when it is shorter than 102 bytes
 * @throws {@link NonCanonicalEncodingError} when it is longer
 * @example
 * ```ts
 * const header = parseRecordHeader(sealer.recordHeader());
 * const opener = await service.unwrapAndOpen(header);
 * ```
 */
export function parseRecordHeader(bytes: Uint8Array): DataKeyHeader {
  requireForm(bytes, formByte.recordHeader, recordHeaderByteLength);
  if (bytes.byteLength > recordHeaderByteLength) {
    throw new NonCanonicalEncodingError(
      `A record header has ${recordHeaderByteLength} bytes, this one ${bytes.byteLength}.`,
    );
  }
  return viewHeader(copyHeader(bytes));
}

/**
 * A record's header as it is stored: form byte ‖ header, 102 bytes.
 *
 * @throws {@link InvalidArgumentError} when the header's bytes are not 101
 * @example
 * ```ts
 * encodeRecordHeader(opener.header).byteLength; // → 102
 * ```
 */
export function encodeRecordHeader(header: Pick<DataKeyHeader, 'bytes'>): Uint8Array {
  requireObject('A header', header);
  requireLength('A data-key header', header.bytes, dataKeyHeaderByteLength);
  const bytes = new Uint8Array(recordHeaderByteLength);
  bytes[0] = formByte.recordHeader;
  bytes.set(header.bytes, 1);
  return bytes;
}

/**
 * A value under the header that its data key has after a rewrap: another key reference and wrapped key, the same commitment.
 * What is encrypted is copied as it is, since the header is not part of its AAD. (A record's rewrapped header is
 * {@link encodeRecordHeader}'s; its fields do not change.) Nothing is authentic yet.
 *
 * @param value a value, at least 131 bytes; stays as it is
 * @param header what the service gave for the value's header
 * @returns as long as `value`, in memory of its own
 * @throws {@link CommitmentMismatchError} for the header of another data key
 * @throws {@link UnsupportedFormatError} for an unknown suite, of either
 * @throws {@link InvalidArgumentError} when the header's bytes are not 101
 * @throws {@link NotKeyfoldCiphertextError} when the value is empty or begins like something else
 * @throws {@link TruncatedCiphertextError} when the value is shorter than 131 bytes
 * @example
 * ```ts
 * const value = sealer.sealValue('4111 1111 1111 1111', context);
 * const { header } = parseValue(value);
 * const rewrapping = { keyReference: nodeBackend.randomBytes(8), wrapped: nodeBackend.randomBytes(60) }; // the service's
 * const rewrapped = rewrappedValue(value, dataKeyHeader(rewrapping, header.commitment));
 * rewrapped.byteLength === value.byteLength; // → true
 * ```
 */
export function rewrappedValue(value: Uint8Array, header: Pick<DataKeyHeader, 'bytes'>): Uint8Array {
  const { commitment } = parseValue(value).header;
  const own = ownHeader(header);
  // Of one suite, the only one that either may have. The header is public: the comparison need not take constant time.
  if (!own.commitment.every((byte, i) => byte === commitment[i])) {
    throw new CommitmentMismatchError('The header is of another data key than the value.');
  }
  const rewrapped = new Uint8Array(value);
  rewrapped.set(own.bytes, 1);
  return rewrapped;
}

/**
 * A header of its own, all parts of which come from the bytes: the commitment that an opener verifies is then the one that it
 * compares with each value's, whatever the caller does with his.
 *
 * @throws {@link InvalidArgumentError} when the header's bytes are not 101
 * @throws {@link UnsupportedFormatError} for an unknown suite
 */
export function ownHeader(header: Pick<DataKeyHeader, 'bytes'>): DataKeyHeader {
  requireObject('A header', header);
  const { bytes } = header;
  requireLength('A data-key header', bytes, dataKeyHeaderByteLength);
  return viewHeader(new Uint8Array(bytes));
}

/**
 * The 101 bytes after the form byte. Not by `slice`, which gives a view of the caller's memory where that is
 * a Buffer.
 */
function copyHeader(bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(dataKeyHeaderByteLength);
  header.set(bytes.subarray(1, recordHeaderByteLength));
  return header;
}

/** Views into `bytes` (101 bytes, owned by the header from now on). */
function viewHeader(bytes: Uint8Array): DataKeyHeader {
  const suite = bytes[0];
  if (suite !== suiteAes256GcmHkdfSha256) {
    throw new UnsupportedFormatError(`The suite ${suite} is not known to this version.`);
  }
  const wrappedAt = 1 + keyReferenceByteLength;
  const commitmentAt = wrappedAt + wrappedDataKeyByteLength;
  return {
    suite,
    keyReference: bytes.subarray(1, wrappedAt),
    wrapped: bytes.subarray(wrappedAt, commitmentAt),
    commitment: bytes.subarray(commitmentAt),
    bytes,
  };
}

function requireLength(what: string, bytes: Uint8Array, byteLength: number): void {
  requireBytes(what, bytes);
  if (bytes.byteLength !== byteLength) {
    throw new InvalidArgumentError(`${what} has ${byteLength} bytes, this one ${bytes.byteLength}.`);
  }
}
