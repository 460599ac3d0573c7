import { once } from 'node:events';
import { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  type ByteTransform,
  type CryptoBackend,
  type DataKeyHeader,
  isKeyfoldError,
  openRange,
  openStream,
  parseStreamHeader,
  type SecretBytes,
  sealedStreamByteLength,
  sealStream,
  streamContentByteLength,
} from '../src/index.ts';
import type { Primitives } from '../src/primitives.ts';
import { byteTransform } from '../src/streams/byte-transform.ts';
import { StreamOpener } from '../src/streams/open-stream.ts';
import { Rechunker } from '../src/streams/rechunker.ts';
import { StreamSealer } from '../src/streams/seal-stream.ts';
import { backends } from './backends.ts';
import { codeOf, valueContext } from './fixtures.ts';
import {
  content,
  headerByteLength,
  opened,
  sealed,
  sealedChunk,
  sizes,
  streamContext,
  streamKeys,
  through,
} from './stream-fixtures.ts';

const context = streamContext();

async function rejection(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isKeyfoldError(error)) return error.code;
    throw error;
  }
  return 'did not reject';
}

/** A copy of `bytes` whose chunks are the given ones. */
function withChunks(bytes: Uint8Array, order: readonly number[]): Uint8Array {
  const chunk = (i: number) =>
    bytes.subarray(headerByteLength + i * sealedChunk, headerByteLength + (i + 1) * sealedChunk);
  return new Uint8Array(Buffer.concat([bytes.subarray(0, headerByteLength), ...order.map(chunk)]));
}

/** Adds `key` to the keys held until it is disposed of. */
function keep<T extends Disposable>(held: Set<unknown>, key: T): T {
  held.add(key);
  const dispose = key[Symbol.dispose].bind(key);
  return Object.assign(key, {
    [Symbol.dispose]() {
      held.delete(key);
      dispose();
    },
  });
}

/** `backend`, with its AES-GCM keys in `held` until they are disposed of. */
function observing(backend: CryptoBackend, held: Set<unknown>): CryptoBackend {
  const primitives: Primitives = Object.create(backend.primitives, {
    aesGcmKey: { value: async (key: SecretBytes) => keep(held, await backend.primitives.aesGcmKey(key)) },
  });
  return Object.create(backend, { primitives: { value: primitives } });
}

describe.each(backends)('a stream by the backend %s', (_, backend) => {
  it.each(sizes)('of %i bytes comes back, and is as long as was said', async (size) => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(size));
    expect(stream.byteLength).toBe(sealedStreamByteLength(size));
    expect(streamContentByteLength(stream.byteLength)).toBe(size);
    expect(stream[0]).toBe(0xf8);
    const { bytes, code } = await opened(backend, opener, stream);
    expect(code).toBeUndefined();
    expect(bytes).toEqual(content(size));
  });

  it('opens on every other backend', async () => {
    for (const [, other] of backends) {
      const fresh = await backend.createDataKey();
      const secret = fresh.secret.clone();
      const wrapping = { keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) };
      const sealer = await fresh.wrappedAs(wrapping);
      const opener = await other.openDataKey(sealer.header, secret);
      const { bytes } = await opened(other, opener, await sealed(backend, sealer, content(20_000)));
      expect(bytes).toEqual(content(20_000));
    }
  });

  it('is sealed to other bytes each time, and counts as one seal of its data key', async () => {
    const { sealer } = await streamKeys(backend);
    const before = sealer.sealsLeft;
    const first = await sealed(backend, sealer, content(100));
    expect(sealer.sealsLeft).toBe(before - 1);
    const second = await sealed(backend, sealer, content(100));
    expect(Buffer.from(first.subarray(126, 158))).not.toEqual(Buffer.from(second.subarray(126, 158)));
    expect(Buffer.from(first.subarray(158))).not.toEqual(Buffer.from(second.subarray(158)));
  });

  it('finds its opener by its own header', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(20));
    expect(parseStreamHeader(stream).bytes).toEqual(sealer.header.bytes);
    const asked: DataKeyHeader[] = [];
    const find = async (header: DataKeyHeader) => {
      asked.push(header);
      return opener;
    };
    const { bytes } = await through(openStream({ backend, opener: find, context }), [stream]);
    expect(bytes).toEqual(content(20));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.bytes).toEqual(sealer.header.bytes);
  });

  it('that is something else fails at its first byte', async () => {
    const { opener } = await streamKeys(backend);
    const { writable, readable } = openStream({ backend, opener, context });
    const read = readable.getReader().read();
    expect(await rejection(writable.getWriter().write(Uint8Array.of(0xf5)))).toBe('not_keyfold_ciphertext');
    expect(await rejection(read)).toBe('not_keyfold_ciphertext');
  });

  it('truncated at any byte fails, and gives whole authentic chunks only', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(40_000));
    const last = headerByteLength + 2 * sealedChunk;
    const cases: readonly (readonly [end: number, code: string, released: number])[] = [
      [0, 'not_keyfold_ciphertext', 0],
      [1, 'truncated_ciphertext', 0],
      [102, 'truncated_ciphertext', 0],
      [headerByteLength - 1, 'truncated_ciphertext', 0],
      [headerByteLength, 'truncated_ciphertext', 0],
      [headerByteLength + 15, 'truncated_ciphertext', 0],
      [headerByteLength + 16, 'integrity_check_failed', 0],
      [headerByteLength + sealedChunk - 1, 'integrity_check_failed', 0],
      [headerByteLength + sealedChunk, 'truncated_ciphertext', 16_384],
      [headerByteLength + sealedChunk + 15, 'truncated_ciphertext', 16_384],
      [headerByteLength + sealedChunk + 16, 'integrity_check_failed', 16_384],
      [last, 'truncated_ciphertext', 32_768],
      [last + 15, 'truncated_ciphertext', 32_768],
      [last + 16, 'integrity_check_failed', 32_768],
      [stream.byteLength - 1, 'integrity_check_failed', 32_768],
    ];
    for (const [end, code, released] of cases) {
      const result = await opened(backend, opener, stream.slice(0, end));
      expect([end, result.code, result.bytes.byteLength]).toEqual([end, code, released]);
      expect(result.bytes).toEqual(content(40_000).subarray(0, released));
    }
  });

  it('with chunks in another order, left out, repeated or added fails', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(70_000)); // chunks 0 to 3 full, 4 short
    const other = await sealed(backend, sealer, content(70_000));
    const spliced = withChunks(stream, [0, 1, 2, 3, 4]);
    const at = headerByteLength + 2 * sealedChunk;
    spliced.set(other.subarray(at, at + sealedChunk), at);
    const longer = (tail: Uint8Array) => new Uint8Array(Buffer.concat([stream, tail]));
    const cases: readonly (readonly [what: string, bytes: Uint8Array, released: number])[] = [
      ['swapped', withChunks(stream, [0, 2, 1, 3, 4]), 1],
      ['first two swapped', withChunks(stream, [1, 0, 2, 3, 4]), 0],
      ['left out', withChunks(stream, [0, 1, 3, 4]), 2],
      ['first left out', withChunks(stream, [1, 2, 3, 4]), 0],
      ['repeated', withChunks(stream, [0, 1, 1, 2, 3, 4]), 2],
      ['last repeated', withChunks(stream, [0, 1, 2, 3, 4, 4]), 4],
      ['from another stream of the same key', spliced, 2],
      ['one byte added', longer(Uint8Array.of(0)), 4],
      ['a chunk added', longer(stream.subarray(headerByteLength, headerByteLength + sealedChunk)), 4],
      ['a whole stream added', longer(stream), 4],
    ];
    for (const [what, bytes, released] of cases) {
      const result = await opened(backend, opener, bytes);
      expect([what, result.code, result.bytes.byteLength]).toEqual([
        what,
        'integrity_check_failed',
        released * 16_384,
      ]);
    }
  });

  it('under another context, another key or as another form fails before any byte', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(20_000));
    const stranger = await streamKeys(backend);
    const renamed = stream.slice();
    renamed.set(stranger.sealer.header.bytes, 1);
    const value = await sealer.sealValue('x', valueContext);
    const flipped = (at: number) => {
      const copy = stream.slice();
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const none = new Uint8Array();
    expect(await opened(backend, opener, stream, streamContext({ object: 'scan-43' }))).toEqual({
      bytes: none,
      code: 'integrity_check_failed',
    });
    expect(await opened(backend, stranger.opener, stream)).toEqual({
      bytes: none,
      code: 'integrity_check_failed',
    });
    expect(await opened(backend, stranger.opener, renamed)).toEqual({
      bytes: none,
      code: 'integrity_check_failed',
    });
    expect(await opened(backend, opener, value)).toEqual({ bytes: none, code: 'not_keyfold_ciphertext' });
    expect(await opened(backend, opener, flipped(0))).toEqual({
      bytes: none,
      code: 'not_keyfold_ciphertext',
    });
    expect(await opened(backend, opener, flipped(1))).toEqual({ bytes: none, code: 'unsupported_format' });
    // key reference, wrapped key, data key's commitment, salt, commitment, first chunk
    for (const at of [2, 40, 101, 102, 125, 126, 157, 158]) {
      expect(await opened(backend, opener, flipped(at))).toEqual({
        bytes: none,
        code: 'integrity_check_failed',
      });
    }
    // A stream is no value either.
    const openAsValue = async () => opener.openValue(stream, valueContext);
    expect(await rejection(openAsValue())).toBe('not_keyfold_ciphertext');
  });

  it('opens after its data key was rewrapped: only the header changes', async () => {
    const fresh = await backend.createDataKey();
    const secret = fresh.secret.clone();
    const wrapping = () => ({ keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) });
    const sealer = await fresh.wrappedAs(wrapping());
    const stream = await sealed(backend, sealer, content(20_000));
    const { keyReference, wrapped } = wrapping();
    stream.set(keyReference, 2);
    stream.set(wrapped, 10);
    const opener = await backend.openDataKey(parseStreamHeader(stream), secret);
    expect((await opened(backend, opener, stream)).bytes).toEqual(content(20_000));
  });

  it('has a bounded number of chunks, for writing as for reading', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const salt = backend.randomBytes(24);
    const bounded = (size: number) =>
      through(byteTransform(new StreamSealer({ backend, sealer, context }, salt, 2)), [content(size)]);
    expect((await bounded(32_767)).error).toBeUndefined();
    const tooLong = await bounded(32_768);
    expect(tooLong.error).toMatchObject({ code: 'stream_too_long' });
    const stream = await sealed(backend, sealer, content(32_768));
    const read = (chunks: number) =>
      through(byteTransform(new StreamOpener({ backend, opener, context }, chunks)), [stream]);
    expect((await read(3)).error).toBeUndefined();
    expect((await read(2)).error).toMatchObject({ code: 'stream_too_long' });
  });

  it('is refused when the data key is exhausted or disposed of, and takes nothing but bytes', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(10));
    const text = sealStream({ backend, sealer, context });
    const read = text.readable.getReader().read();
    // @ts-expect-error a stream takes Uint8Arrays
    expect(await rejection(text.writable.getWriter().write('text'))).toBe('invalid_argument');
    expect(await rejection(read)).toBe('invalid_argument');
    sealer[Symbol.dispose]();
    opener[Symbol.dispose]();
    const { error } = await through(sealStream({ backend, sealer, context }), [content(1)]);
    expect(error).toMatchObject({ code: 'secret_disposed' });
    expect(await opened(backend, opener, stream)).toMatchObject({ code: 'secret_disposed' });
    // @ts-expect-error a value's context is no stream's
    expect(codeOf(() => sealStream({ backend, sealer, context: valueContext }))).toBe(
      'invalid_encryption_context',
    );
    // @ts-expect-error a value's context is no stream's
    expect(codeOf(() => openStream({ backend, opener, context: valueContext }))).toBe(
      'invalid_encryption_context',
    );
    // @ts-expect-error an opener seals nothing
    const byOpener = sealStream({ backend, sealer: opener, context });
    await expect(byOpener.writable.getWriter().closed).rejects.toThrow();
  });

  it('outlives its sealer, once begun', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const transform = sealStream({ backend, sealer, context });
    sealer.recordHeader();
    const result = through(transform, [content(40_000)]);
    await Promise.resolve();
    sealer[Symbol.dispose]();
    expect((await opened(backend, opener, (await result).bytes)).bytes).toEqual(content(40_000));
  });

  it('stops before the next chunk once the lease check throws', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(100_000));
    const ended = new Error('the lease has ended');
    for (const make of [sealStream, openStream] as const) {
      let calls = 0;
      const assertUsable = () => {
        if (++calls > 3) throw ended;
      };
      const { bytes, error } = await through(make({ backend, sealer, opener, context, assertUsable }), [
        make === sealStream ? content(100_000) : stream,
      ]);
      expect(error).toBe(ended);
      // The header and two chunks either way; a header gives no content when it is read.
      expect(bytes.byteLength).toBe(make === sealStream ? headerByteLength + 2 * sealedChunk : 2 * 16_384);
    }
  });

  it('waits for its reader: of one large write nothing is sealed ahead', async () => {
    const { sealer } = await streamKeys(backend);
    let chunks = 0;
    const assertUsable = () => {
      chunks++;
    };
    const { readable, writable } = sealStream({ backend, sealer, context, assertUsable });
    const writing = writable.getWriter().write(content(1_000_000));
    writing.catch(() => undefined);
    const reader = readable.getReader();
    for (let piece = 1; piece <= 5; piece++) {
      await reader.read();
      await new Promise((resolve) => setImmediate(resolve));
      expect(chunks).toBe(piece);
    }
    await reader.cancel('enough');
    await expect(writing).rejects.toBe('enough');
    expect(chunks).toBe(5);
  });

  it('disposes of its keys however it ends', async () => {
    const stream = await sealed(backend, (await streamKeys(backend)).sealer, content(100));
    const endings: Record<string, (transform: ByteTransform) => Promise<unknown>> = {
      'its end': (transform) => through(transform, [content(100)]),
      'an error': (transform) => through(transform, [stream.fill(0xf8, 0, 2)]),
      abort: (transform) => transform.writable.abort('no more'),
      cancel: (transform) => transform.readable.cancel('not wanted'),
    };
    for (const [ending, end] of Object.entries(endings)) {
      const held = new Set<unknown>();
      const observed = observing(backend, held);
      const { sealer, opener } = await streamKeys(backend);
      const sealing = {
        recordHeader: () => sealer.recordHeader(),
        sealingStreamKey: async () => keep(held, await sealer.sealingStreamKey()),
      };
      const opening = {
        header: sealer.header,
        openingStreamKey: async () => keep(held, await opener.openingStreamKey()),
      };
      await end(sealStream({ backend: observed, sealer: sealing, context }));
      await end(openStream({ backend: observed, opener: opening, context }));
      const whole = await sealed(backend, sealer, content(40_000));
      await through(openStream({ backend: observed, opener: opening, context }), [whole.subarray(0, 20_000)]);
      const source = { size: whole.byteLength, read: (at: number, n: number) => whole.subarray(at, at + n) };
      const range = openRange({ backend: observed, opener: opening, context, source, start: 0 }).getReader();
      await range.read();
      await range.cancel();
      // What is being derived when a stream is cancelled is disposed of once it is there.
      await vi.waitFor(() => expect([ending, held.size]).toEqual([ending, 0]));
    }
  });

  it('ended by either side ends for the other, and disposes of its keys', async () => {
    const { sealer } = await streamKeys(backend);
    const aborted = sealStream({ backend, sealer, context });
    const reader = aborted.readable.getReader();
    const writer = aborted.writable.getWriter();
    const write = writer.write(content(100_000));
    write.catch(() => undefined);
    await reader.read(); // from here on the write waits for the reader
    await writer.abort('no more');
    await expect(reader.read()).rejects.toBe('no more');
    await expect(write).rejects.toBe('no more');

    const cancelled = sealStream({ backend, sealer, context });
    const cancelledReader = cancelled.readable.getReader();
    const cancelledWriter = cancelled.writable.getWriter();
    await Promise.all([cancelledReader.read(), cancelledWriter.write(content(1))]);
    await cancelledReader.cancel('not wanted');
    await expect(cancelledWriter.closed).rejects.toBe('not wanted');
  });

  it('is piped through web streams', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const source = new Blob([new Uint8Array(content(200_000))]).stream();
    const readable = source
      .pipeThrough(sealStream({ backend, sealer, context }))
      .pipeThrough(openStream({ backend, opener, context }));
    const back = new Uint8Array(await new Response(readable as ReadableStream).arrayBuffer());
    expect(Buffer.compare(back, content(200_000))).toBe(0);
  });

  it("is piped through Node's streams, whose errors are the same", async () => {
    const { sealer, opener } = await streamKeys(backend);
    const pieces: Buffer[] = [];
    const collect = () =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          pieces.push(chunk);
          done();
        },
      });
    await pipeline(
      Readable.from([Buffer.from(content(30_000)), Buffer.from(content(30_000))]),
      Duplex.fromWeb(sealStream({ backend, sealer, context })),
      Duplex.fromWeb(openStream({ backend, opener, context })),
      collect(),
    );
    expect(Buffer.concat(pieces).equals(Buffer.concat([content(30_000), content(30_000)]))).toBe(true);

    const stream = await sealed(backend, sealer, content(40_000));
    const cut = Readable.from([Buffer.from(stream.subarray(0, headerByteLength + sealedChunk))]);
    pieces.length = 0;
    const piping = pipeline(cut, Duplex.fromWeb(openStream({ backend, opener, context })), collect());
    expect(await rejection(piping)).toBe('truncated_ciphertext');
    expect(Buffer.concat(pieces).equals(content(40_000).subarray(0, 16_384))).toBe(true);
  });

  it('destroyed as a Node stream ends', async () => {
    const { sealer } = await streamKeys(backend);
    const duplex = Duplex.fromWeb(sealStream({ backend, sealer, context }));
    const closed = once(duplex, 'close');
    duplex.destroy();
    await closed;
    expect(duplex.destroyed).toBe(true);
  });
});

describe('the length of a stream', () => {
  it('is none for what no stream has', () => {
    for (const length of [0, 157, 158, 173, 158 + 16_400, 158 + 16_415, 158.5, -1, Number.NaN]) {
      expect([length, codeOf(() => streamContentByteLength(length))]).toEqual([
        length,
        'truncated_ciphertext',
      ]);
    }
    const longest = 2 ** 46 - 1;
    expect(streamContentByteLength(sealedStreamByteLength(longest))).toBe(longest);
    expect(codeOf(() => streamContentByteLength(sealedStreamByteLength(longest) + 17))).toBe(
      'stream_too_long',
    );
    for (const length of [-1, 0.5, longest + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => sealedStreamByteLength(length))).toBe('stream_too_long');
    }
  });
});

describe('the header of a stream', () => {
  it('is refused with the error of its cause', () => {
    const header = new Uint8Array(158);
    header[0] = 0xf8;
    expect(codeOf(() => parseStreamHeader(header))).toBe('unsupported_format');
    header[1] = 1;
    expect(codeOf(() => parseStreamHeader(header))).toBe('did not throw');
    expect(codeOf(() => parseStreamHeader(header.subarray(0, 157)))).toBe('truncated_ciphertext');
    expect(codeOf(() => parseStreamHeader(new Uint8Array()))).toBe('not_keyfold_ciphertext');
    header[0] = 0xf5;
    expect(codeOf(() => parseStreamHeader(header))).toBe('not_keyfold_ciphertext');
  });
});

describe('what waits to be sealed', () => {
  it('is zeroised when it is given up', () => {
    const chunker = new Rechunker(4);
    expect([...chunker.pieces(Uint8Array.of(1, 2, 3, 4, 5, 6))]).toEqual([Uint8Array.of(1, 2, 3, 4)]);
    const { rest } = chunker;
    expect(rest).toEqual(Uint8Array.of(5, 6));
    chunker.wipe();
    expect(rest).toEqual(Uint8Array.of(0, 0));
  });
});
