import { InvalidArgumentError, NonCanonicalEncodingError, UnsupportedFormatError } from './crypto-errors.ts';
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
 * const header = dataKeyHeader({ keyReference, wrapped }, commitment);
 * ```
 */
export function dataKeyHeader(wrapping: DataKeyWrapping, commitment: Uint8Array): DataKeyHeader {
  requireLength('A key reference', wrapping.keyReference, keyReferenceByteLength);
  requireLength('A wrapped data key', wrapping.wrapped, wrappedDataKeyByteLength);
  requireLength('A commitment', commitment, commitmentByteLength);
  const bytes = new Uint8Array(dataKeyHeaderByteLength);
  bytes[0] = suiteAes256GcmHkdfSha256;
  bytes.set(wrapping.keyReference, 1);
  bytes.set(wrapping.wrapped, 1 + keyReferenceByteLength);
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
 * const { header } = parseValue(bytes);
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
 * const header = parseRecordHeader(row.keyfold);
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
 * @example
 * ```ts
 * row.keyfold = encodeRecordHeader(header);
 * ```
 */
export function encodeRecordHeader(header: Pick<DataKeyHeader, 'bytes'>): Uint8Array {
  const bytes = new Uint8Array(recordHeaderByteLength);
  bytes[0] = formByte.recordHeader;
  bytes.set(header.bytes, 1);
  return bytes;
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
  if (bytes.byteLength !== byteLength) {
    throw new InvalidArgumentError(`${what} has ${byteLength} bytes, this one ${bytes.byteLength}.`);
  }
}
