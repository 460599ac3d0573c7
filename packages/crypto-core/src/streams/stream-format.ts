import { InvalidArgumentError, StreamTooLongError, TruncatedCiphertextError } from '../crypto-errors.ts';
import { recordHeaderByteLength, tagByteLength } from '../format.ts';

/* The numbers of docs/formats/streams.md. */

/** Plaintext of every chunk but the last, in bytes; the last one is always shorter, and may be empty. */
export const chunkByteLength: number = 16 * 1024;
/** A full chunk as it is stored, in bytes. */
export const sealedChunkByteLength: number = chunkByteLength + tagByteLength;
/** Length of a stream's salt in bytes. */
export const saltByteLength = 24;
/** Length of a stream's own commitment in bytes. */
export const streamCommitmentByteLength = 32;
/** What precedes the first chunk, in bytes: form ‖ data-key header ‖ salt ‖ commitment. */
export const streamHeaderByteLength: number =
  recordHeaderByteLength + saltByteLength + streamCommitmentByteLength;

/** Most chunks of one stream; the construction allows 2³⁸ and asks for no limit below this one. */
export const maxChunksPerStream: number = 2 ** 32;
/** Longest content of one stream in bytes: 64 TiB less one byte, since the last chunk is never full. */
const maxStreamContentBytes: number = maxChunksPerStream * chunkByteLength - 1;

/**
 * The length of the stream that `contentByteLength` bytes are sealed to, for a `Content-Length`: 158 bytes and 16 more for
 * each chunk begun.
 *
 * @param contentByteLength 0 to 2⁴⁶ − 1 bytes
 * @throws {@link StreamTooLongError} for anything else
 * @example
 * ```ts
 * sealedStreamByteLength(20_000); // → 20_190
 * ```
 */
export function sealedStreamByteLength(contentByteLength: number): number {
  if (!(Number.isInteger(contentByteLength) && contentByteLength >= 0)) throw tooLong();
  if (contentByteLength > maxStreamContentBytes) throw tooLong();
  const chunks = Math.floor(contentByteLength / chunkByteLength) + 1;
  return streamHeaderByteLength + contentByteLength + chunks * tagByteLength;
}

/**
 * The length of the content of a stream that is `sealedByteLength` bytes long. It is authentic only once the last chunk
 * has been opened, as `openRange` does first.
 *
 * @throws {@link TruncatedCiphertextError} for a length that no stream has
 * @throws {@link StreamTooLongError} for more than 2³² chunks
 * @example
 * ```ts
 * streamContentByteLength(20_190); // → 20_000
 * ```
 */
export function streamContentByteLength(sealedByteLength: number): number {
  if (typeof sealedByteLength !== 'number') throw new InvalidArgumentError('A length is a number.');
  const rest = sealedByteLength - streamHeaderByteLength;
  const lastByteLength = rest % sealedChunkByteLength;
  // Also for NaN and fractions, which are no length at all.
  if (!Number.isInteger(rest) || rest < 0 || lastByteLength < tagByteLength) {
    throw new TruncatedCiphertextError(`No stream has ${sealedByteLength} bytes.`);
  }
  const fullChunks = (rest - lastByteLength) / sealedChunkByteLength;
  if (fullChunks >= maxChunksPerStream) throw tooLong();
  return fullChunks * chunkByteLength + lastByteLength - tagByteLength;
}

function tooLong(): StreamTooLongError {
  return new StreamTooLongError(`A stream's content has 0 to ${maxStreamContentBytes} bytes.`);
}
