import { requireObject } from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import type { CryptoBackend, DataKeyOpener } from '../backend.ts';
import { IntegrityCheckFailedError } from '../crypto-errors.ts';
import { type DataKeyHeader, parseRecordHeader } from '../data-key-header.ts';
import { disposing } from '../disposing.ts';
import { formByte, recordHeaderByteLength } from '../format.ts';
import { requireForm } from '../require-form.ts';
import { ChunkedCipher, chunkedEncryptionForms } from './chunked-encryption.ts';
import { StreamContext } from './stream-context.ts';
import { saltByteLength, streamHeaderByteLength } from './stream-format.ts';

/** What opening a stream needs. */
export interface OpenStreamOptions {
  readonly backend: CryptoBackend;
  /** The stream's data key, or what finds it by the header that the stream begins with. It stays the caller's. */
  readonly opener: StreamOpenerSource;
  /** What the stream is expected to be bound to. */
  readonly context: StreamContext;
  /**
   * Called before each chunk (16 KiB) is worked on, after any wait for bytes or for the reader: what it throws ends the
   * stream. For a lease on the key.
   */
  readonly assertUsable?: () => void;
}

/** The part of a data key's opener that streams use. */
export type StreamKeyOpener = Pick<DataKeyOpener, 'header' | 'openingStreamKey'>;
/** An opener, or a function that gets one for a stream's header, for instance by having its data key unwrapped. */
export type StreamOpenerSource = StreamKeyOpener | ((header: DataKeyHeader) => Awaitable<StreamKeyOpener>);

/**
 * Reads the data-key header of a stream. Nothing is decrypted, and nothing is authentic yet.
 *
 * @param bytes a stream's beginning, at least 158 bytes
 * @throws {@link NotKeyfoldCiphertextError} when it is empty or begins like something else
 * @throws {@link UnsupportedFormatError} for an unknown suite
 * @throws {@link TruncatedCiphertextError} when it is shorter than 158 bytes
 * @example
 * ```ts
 * const context = prepareStreamContext({ tenant: 'acme', scope: { kind: 'tenant' }, context: { object: 'scan-42' } });
 * const sealed = new Blob(['a long text'])
 *   .stream()
 *   .pipeThrough(sealStream({ backend: nodeBackend, sealer, context }));
 * const header = parseStreamHeader(new Uint8Array(await new Response(sealed).arrayBuffer()));
 * const found = await service.unwrapAndOpen(header);
 * ```
 */
export function parseStreamHeader(bytes: Uint8Array): DataKeyHeader {
  requireForm(bytes, formByte.stream, streamHeaderByteLength);
  // After the first byte it is the same as a record's header.
  // (Copied so, because a Buffer's `slice` is a view: the caller's stream would be written to.)
  const recordHeader = Uint8Array.from(bytes.subarray(0, recordHeaderByteLength));
  recordHeader[0] = formByte.recordHeader;
  return parseRecordHeader(recordHeader);
}

/**
 * The keys of the stream that begins with `head`, once they are shown to be the ones to which it commits. Nothing of it
 * is decrypted before.
 *
 * @param head 158 bytes
 */
export async function openStreamHeader(options: OpenStreamOptions, head: Uint8Array): Promise<ChunkedCipher> {
  const { backend, opener: source } = options;
  const aad = StreamContext.aadOf(options.context);
  const header = parseStreamHeader(head);
  const opener = typeof source === 'function' ? await source(header) : source;
  requireObject("A stream's opener", opener);
  requireObject("An opener's header", opener.header);
  // The header is not authenticated with the chunks, so that it may be rewrapped: it is compared, all 101 bytes of it.
  if (!backend.constantTimeEqual(header.bytes, opener.header.bytes)) {
    throw new IntegrityCheckFailedError(
      'The stream was not sealed under this data key: its header is another.',
    );
  }
  const salt = head.subarray(recordHeaderByteLength, recordHeaderByteLength + saltByteLength);
  const form = chunkedEncryptionForms[256];
  const cipher = await disposing(await opener.openingStreamKey(), (inputKey) =>
    ChunkedCipher.derive(backend.primitives, form, inputKey, salt, aad),
  );
  const commitment = head.subarray(recordHeaderByteLength + saltByteLength, streamHeaderByteLength);
  if (!backend.constantTimeEqual(cipher.commitment, commitment)) {
    cipher[Symbol.dispose]();
    throw new IntegrityCheckFailedError("The stream's commitment does not match this data key and context.");
  }
  return cipher;
}

/**
 * Chunk `index`, verified.
 *
 * @throws {@link IntegrityCheckFailedError} when it is not what was sealed as that chunk
 */
export async function openChunk(
  cipher: ChunkedCipher,
  index: number,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const chunk = await cipher.open(index, sealed);
  if (chunk === undefined) {
    throw new IntegrityCheckFailedError(`Chunk ${index} of the stream is not what was sealed at this place.`);
  }
  return chunk;
}
