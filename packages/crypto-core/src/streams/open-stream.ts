import { requireBackend, requireObject } from '../argument-types.ts';
import { StreamTooLongError, TruncatedCiphertextError } from '../crypto-errors.ts';
import { formByte, tagByteLength } from '../format.ts';
import { requireForm } from '../require-form.ts';
import { type ByteMachine, type ByteTransform, byteTransform, type Job } from './byte-transform.ts';
import type { ChunkedCipher } from './chunked-encryption.ts';
import { Rechunker } from './rechunker.ts';
import { StreamContext } from './stream-context.ts';
import { maxChunksPerStream, sealedChunkByteLength, streamHeaderByteLength } from './stream-format.ts';
import { type OpenStreamOptions, openChunk, openStreamHeader } from './stream-header.ts';

const nothing = new Uint8Array(0);

/**
 * Decrypts a stream as it passes, in constant memory: a chunk of 16 KiB is opened when the reader wants it, and handed out
 * only if it is authentic and at its place. **Read to the end**: that a stream was cut off is known only there, and then it
 * fails instead of ending. What must not be used before it is complete has to be kept aside until then.
 *
 * Errors of the streams:
 * - {@link NotKeyfoldCiphertextError} when it is empty or begins like something else
 * - {@link UnsupportedFormatError} for an unknown suite
 * - {@link TruncatedCiphertextError} when it ends within its header, between two chunks or within a tag's length after one
 * - {@link IntegrityCheckFailedError} for changed, moved, repeated, left-out or added chunks, an end within a chunk,
 *   another context or another data key
 * - {@link StreamTooLongError} past 2³² chunks
 * - {@link SecretDisposedError} when the opener was disposed of before the header arrived
 * - {@link InvalidArgumentError} for anything written but a Uint8Array
 *
 * @throws {@link InvalidEncryptionContextError} when `context` is not what `prepareStreamContext` returned
 * @example
 * ```ts
 * const context = prepareStreamContext({ tenant: 'acme', scope: { kind: 'tenant' }, context: { object: 'scan-42' } });
 * const sealed = new Blob(['a long text'])
 *   .stream()
 *   .pipeThrough(sealStream({ backend: nodeBackend, sealer, context }));
 * const findOpener = (header: DataKeyHeader) => service.unwrapAndOpen(header);
 * const content = sealed.pipeThrough(openStream({ backend: nodeBackend, opener: findOpener, context }));
 * await new Response(content).text(); // → 'a long text'
 * ```
 */
export function openStream(options: OpenStreamOptions): ByteTransform {
  requireObject('The options of a stream', options);
  requireBackend(options.backend);
  return byteTransform(new StreamOpener(options));
}

/** The machine of {@link openStream}; the tests give it a lower bound. */
export class StreamOpener implements ByteMachine {
  readonly #options: OpenStreamOptions;
  readonly #maxChunks: number;
  readonly #head: Uint8Array = new Uint8Array(streamHeaderByteLength);
  #headByteLength = 0;
  readonly #input = new Rechunker(sealedChunkByteLength);
  #cipher: ChunkedCipher | undefined;
  #chunks = 0;

  /** @param maxChunks bound of this stream */
  constructor(options: OpenStreamOptions, maxChunks: number = maxChunksPerStream) {
    StreamContext.aadOf(options.context); // refused at once, not when the first bytes arrive
    this.#options = { ...options }; // whoever changes his object afterwards opens no other stream
    this.#maxChunks = maxChunks;
  }

  async start(): Promise<void> {}

  *push(bytes: Uint8Array): Generator<Job, void> {
    const missing = streamHeaderByteLength - this.#headByteLength;
    if (missing > 0) {
      const part = bytes.subarray(0, missing);
      if (part.byteLength === 0) return;
      this.#head.set(part, this.#headByteLength);
      this.#headByteLength += part.byteLength;
      requireForm(this.#head, formByte.stream, 1); // says at the first byte that it is something else
      if (this.#headByteLength < streamHeaderByteLength) return;
      yield () => this.#openHeader();
    }
    for (const sealed of this.#input.pieces(bytes.subarray(Math.max(missing, 0)))) {
      yield () => this.#open(sealed);
    }
  }

  *end(): Generator<Job, void> {
    requireForm(this.#head.subarray(0, this.#headByteLength), formByte.stream, streamHeaderByteLength);
    // A whole stream ends with a chunk shorter than the others, of at least a tag.
    if (this.#input.rest.byteLength < tagByteLength) {
      throw new TruncatedCiphertextError(
        `The stream ends after ${this.#chunks} chunks, without its last one.`,
      );
    }
    yield () => this.#open(this.#input.rest);
  }

  async #openHeader(): Promise<Uint8Array> {
    this.#options.assertUsable?.();
    this.#cipher = await openStreamHeader(this.#options, this.#head);
    return nothing;
  }

  async #open(sealed: Uint8Array): Promise<Uint8Array> {
    this.#options.assertUsable?.();
    if (this.#cipher === undefined) throw new Error('A stream is read from its header on.');
    if (this.#chunks >= this.#maxChunks) {
      throw new StreamTooLongError(`A stream has at most ${this.#maxChunks} chunks.`);
    }
    return openChunk(this.#cipher, this.#chunks++, sealed);
  }

  [Symbol.dispose](): void {
    this.#cipher?.[Symbol.dispose]();
  }
}
