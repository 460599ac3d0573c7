import { requireBackend, requireObject } from '../argument-types.ts';
import type { CryptoBackend, DataKeySealer } from '../backend.ts';
import { StreamTooLongError } from '../crypto-errors.ts';
import { disposing } from '../disposing.ts';
import { formByte, recordHeaderByteLength } from '../format.ts';
import { type ByteMachine, type ByteTransform, byteTransform, type Job } from './byte-transform.ts';
import { ChunkedCipher, chunkedEncryptionForms } from './chunked-encryption.ts';
import { Rechunker } from './rechunker.ts';
import { StreamContext } from './stream-context.ts';
import {
  chunkByteLength,
  maxChunksPerStream,
  saltByteLength,
  streamHeaderByteLength,
} from './stream-format.ts';

/** What {@link sealStream} needs. */
export interface SealStreamOptions {
  readonly backend: CryptoBackend;
  /** The data key. The stream counts as one of its seals, and may outlive it. */
  readonly sealer: Pick<DataKeySealer, 'recordHeader' | 'sealingStreamKey'>;
  /** What the stream is bound to. */
  readonly context: StreamContext;
  /**
   * Called before each chunk (16 KiB) is worked on, after any wait for bytes or for the reader: what it throws ends the
   * stream. For a lease on the key.
   */
  readonly assertUsable?: () => void;
}

/**
 * Encrypts bytes of any length (up to 64 TiB) as they pass, in constant memory: a chunk of 16 KiB is sealed when the reader
 * wants it. What comes out is 158 bytes longer, and 16 more for each chunk begun. Unless the readable side has come to its
 * end, what it gave is not a whole stream, and will not open as one.
 *
 * Not for a value that fits into memory and belongs to a field: `sealValue` is smaller and keeps the value's type.
 *
 * Errors of the streams: {@link DataKeyExhaustedError} when the data key has no seal left, {@link SecretDisposedError} when
 * it has been disposed of, {@link StreamTooLongError} past 2⁴⁶ − 1 bytes, {@link InvalidArgumentError} for anything written
 * but a Uint8Array.
 *
 * @throws {@link InvalidEncryptionContextError} when `context` is not what `prepareStreamContext` returned
 * @example
 * ```ts
 * import { Duplex, Readable } from 'node:stream';
 * import { buffer } from 'node:stream/consumers';
 *
 * const context = prepareStreamContext({ tenant: 'acme', scope: { kind: 'tenant' }, context: { object: 'scan-42' } });
 * const web = new Blob(['a long text'])
 *   .stream()
 *   .pipeThrough(sealStream({ backend: nodeBackend, sealer, context }));
 * const node = Readable.from([Buffer.from('a long text')]).pipe(
 *   Duplex.fromWeb(sealStream({ backend: nodeBackend, sealer, context })),
 * );
 * (await buffer(node)).byteLength === (await new Response(web).arrayBuffer()).byteLength; // → true
 * ```
 */
export function sealStream(options: SealStreamOptions): ByteTransform {
  requireObject('The options of a stream', options);
  requireBackend(options.backend);
  return byteTransform(new StreamSealer(options, options.backend.randomBytes(saltByteLength)));
}

/** The machine of {@link sealStream}; the tests give it published salts, and a lower bound. */
export class StreamSealer implements ByteMachine {
  readonly #options: SealStreamOptions;
  readonly #aad: Uint8Array;
  readonly #salt: Uint8Array;
  readonly #maxChunks: number;
  readonly #input = new Rechunker(chunkByteLength);
  #cipher: ChunkedCipher | undefined;
  #headerWritten = false;
  #chunks = 0;

  /**
   * @param salt 24 bytes, random
   * @param maxChunks bound of this stream
   */
  constructor(options: SealStreamOptions, salt: Uint8Array, maxChunks: number = maxChunksPerStream) {
    this.#options = { ...options }; // whoever changes his object afterwards begins no other stream
    this.#aad = StreamContext.aadOf(options.context);
    this.#salt = salt;
    this.#maxChunks = maxChunks;
  }

  async start(): Promise<void> {
    const { backend, sealer } = this.#options;
    const form = chunkedEncryptionForms[256];
    this.#cipher = await disposing(await sealer.sealingStreamKey(), (inputKey) =>
      ChunkedCipher.derive(backend.primitives, form, inputKey, this.#salt, this.#aad),
    );
  }

  *push(bytes: Uint8Array): Generator<Job, void> {
    yield* this.#header();
    for (const chunk of this.#input.pieces(bytes)) yield () => this.#seal(chunk);
  }

  *end(): Generator<Job, void> {
    yield* this.#header();
    // Always shorter than a chunk, and there even if empty: that is how its reader knows that it is the last one.
    yield () => this.#seal(this.#input.rest);
  }

  /** form 1 ‖ data-key header 101 ‖ salt 24 ‖ commitment 32. */
  *#header(): Generator<Job, void> {
    if (this.#headerWritten) return;
    this.#headerWritten = true;
    yield async () => {
      const cipher = this.#ready();
      const header = new Uint8Array(streamHeaderByteLength);
      header.set(this.#options.sealer.recordHeader());
      header[0] = formByte.stream; // the rest is the same as a record's header
      header.set(this.#salt, recordHeaderByteLength);
      header.set(cipher.commitment, recordHeaderByteLength + saltByteLength);
      return header;
    };
  }

  async #seal(chunk: Uint8Array): Promise<Uint8Array> {
    const cipher = this.#ready();
    if (this.#chunks >= this.#maxChunks) {
      throw new StreamTooLongError(`A stream has at most ${this.#maxChunks} chunks.`);
    }
    return cipher.seal(this.#chunks++, chunk);
  }

  #ready(): ChunkedCipher {
    this.#options.assertUsable?.();
    if (this.#cipher === undefined) throw new Error('A stream is started before it is written to.');
    return this.#cipher;
  }

  [Symbol.dispose](): void {
    this.#cipher?.[Symbol.dispose]();
    this.#input.wipe();
  }
}
