import { requireBackend, requireFunction, requireObject } from '../argument-types.ts';
import type { Awaitable } from '../awaitable.ts';
import { InvalidArgumentError, TruncatedCiphertextError } from '../crypto-errors.ts';
import { formByte } from '../format.ts';
import { requireForm } from '../require-form.ts';
import { isUint8Array } from '../type-checks.ts';
import type { ChunkedCipher } from './chunked-encryption.ts';
import { StreamContext } from './stream-context.ts';
import {
  chunkByteLength,
  sealedChunkByteLength,
  streamContentByteLength,
  streamHeaderByteLength,
} from './stream-format.ts';
import { type OpenStreamOptions, openChunk, openStreamHeader } from './stream-header.ts';

/** Where a sealed stream can be read from any offset: a file, or an object store that knows ranges. */
export interface RandomAccessSource {
  /** Length of the whole sealed stream in bytes; asked for once. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`. */
  read(offset: number, length: number): Awaitable<Uint8Array>;
}

/** What {@link openRange} needs. */
export interface OpenRangeOptions extends OpenStreamOptions {
  readonly source: RandomAccessSource;
  /** First byte of the content that is wanted, from 0. */
  readonly start: number;
  /** The byte after the last one that is wanted; the content's end if left out. */
  readonly end?: number;
}

/** Chunks that are asked of a source in one read (256 KiB). */
const chunksPerRead = 16;

/**
 * Decrypts a part of a stream, in constant memory. It first opens the stream's last chunk, wherever the range lies: so the
 * length is authentic, and a stream that was cut off is refused before its first byte is handed out. Then it reads the
 * chunks that the range touches, 256 KiB at a time, and verifies each. The source is read only as the result is.
 *
 * Errors of the stream:
 * - {@link NotKeyfoldCiphertextError}, {@link UnsupportedFormatError} as `openStream`
 * - {@link TruncatedCiphertextError} when the source's size is no stream's length, or a read gives fewer bytes
 * - {@link IntegrityCheckFailedError} when a chunk of the range, the last chunk or the commitment does not match
 * - {@link InvalidArgumentError} when the range ends past the content, or a read gives more bytes than it was asked for
 *
 * @throws {@link InvalidArgumentError} unless `0 <= start <= end`, both integers, and the size is an integer from 0
 * @throws {@link InvalidEncryptionContextError} when `context` is not what `prepareStreamContext` returned
 * @example
 * ```ts
 * const context = prepareStreamContext({ tenant: 'acme', scope: { kind: 'tenant' }, context: { object: 'scan-42' } });
 * const content = new Blob([new Uint8Array(100_000)]).stream();
 * const object = await new Response(
 *   content.pipeThrough(sealStream({ backend: nodeBackend, sealer, context })),
 * ).blob();
 * const source = {
 *   size: object.size,
 *   read: async (offset: number, length: number) =>
 *     new Uint8Array(await object.slice(offset, offset + length).arrayBuffer()),
 * };
 * const page = openRange({ backend: nodeBackend, opener, context, source, start: 65_536, end: 69_632 });
 * (await new Response(page).arrayBuffer()).byteLength; // → 4096
 * ```
 */
export function openRange(options: OpenRangeOptions): ReadableStream<Uint8Array> {
  requireObject('The options of a range', options);
  requireBackend(options.backend);
  const { start, end, source } = options;
  requireObject('A source', source);
  requireFunction("A source's read", source.read);
  StreamContext.aadOf(options.context);
  const { size } = source;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new InvalidArgumentError("A source's size is an integer from 0.");
  }
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new InvalidArgumentError('A range starts at an integer from 0.');
  }
  if (end !== undefined && !(Number.isSafeInteger(end) && end >= start)) {
    throw new InvalidArgumentError('A range ends at an integer that is not before its start.');
  }
  // Nothing is read before the result is: by then the caller may have changed his objects for another range.
  const read: RandomAccessSource['read'] = (offset, length) => source.read(offset, length);
  const pieces = rangeOf({ ...options, source: { size, read } });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* rangeOf(options: OpenRangeOptions): AsyncGenerator<Uint8Array, void> {
  const { source } = options;
  const head = await readExactly(options, 0, Math.min(streamHeaderByteLength, source.size));
  requireForm(head, formByte.stream, streamHeaderByteLength);
  const contentByteLength = streamContentByteLength(source.size);
  options.assertUsable?.();
  const cipher = await openStreamHeader(options, head);
  try {
    await verifyLastChunk(options, cipher, contentByteLength);
    yield* chunksOf(options, cipher, contentByteLength);
  } finally {
    cipher[Symbol.dispose]();
  }
}

async function* chunksOf(
  options: OpenRangeOptions,
  cipher: ChunkedCipher,
  contentByteLength: number,
): AsyncGenerator<Uint8Array, void> {
  const { start } = options;
  const end = options.end ?? contentByteLength;
  if (start > contentByteLength || end > contentByteLength) {
    throw new InvalidArgumentError(`The content has ${contentByteLength} bytes; the range goes past them.`);
  }
  for (let at = start; at < end; ) {
    const first = Math.floor(at / chunkByteLength);
    const chunks = Math.min(chunksPerRead, Math.ceil(end / chunkByteLength) - first);
    const sealed = await readChunks(options, first, chunks);
    for (let i = 0; i < chunks; i++) {
      options.assertUsable?.();
      const index = first + i;
      const part = sealed.subarray(i * sealedChunkByteLength, (i + 1) * sealedChunkByteLength);
      const chunk = await openChunk(cipher, index, part);
      const until = Math.min(end - index * chunkByteLength, chunk.byteLength);
      yield only(chunk, at - index * chunkByteLength, until);
      at = index * chunkByteLength + until;
    }
  }
}

/** Its place in the stream and its being shorter than the others are both authentic only with its tag. */
async function verifyLastChunk(
  options: OpenRangeOptions,
  cipher: ChunkedCipher,
  contentByteLength: number,
): Promise<void> {
  const index = Math.floor(contentByteLength / chunkByteLength);
  const chunk = await openChunk(cipher, index, await readChunks(options, index, 1));
  chunk.fill(0);
}

/** `count` sealed chunks from chunk `first`; fewer bytes if the stream's last chunk is among them. */
function readChunks(options: OpenRangeOptions, first: number, count: number): Promise<Uint8Array> {
  const offset = streamHeaderByteLength + first * sealedChunkByteLength;
  return readExactly(options, offset, Math.min(count * sealedChunkByteLength, options.source.size - offset));
}

async function readExactly(
  { source }: OpenRangeOptions,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes: unknown = await source.read(offset, length);
  if (!isUint8Array(bytes)) throw new InvalidArgumentError('A source gives Uint8Arrays.');
  if (bytes.byteLength < length) {
    throw new TruncatedCiphertextError(`The source gave ${bytes.byteLength} bytes instead of ${length}.`);
  }
  if (bytes.byteLength > length) {
    throw new InvalidArgumentError(`The source gave ${bytes.byteLength} bytes instead of ${length}.`);
  }
  return bytes;
}

/** `chunk` from `start` to `end`, without what lies around it in the same memory. */
function only(chunk: Uint8Array, start: number, end: number): Uint8Array {
  if (start === 0 && end === chunk.byteLength) return chunk;
  const part = chunk.slice(start, end);
  chunk.fill(0);
  return part;
}
