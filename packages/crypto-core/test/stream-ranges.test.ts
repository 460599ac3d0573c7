import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CryptoBackend,
  type DataKeyOpener,
  isKeyfoldError,
  type OpenRangeOptions,
  openRange,
  type RandomAccessSource,
} from '../src/index.ts';
import { backends } from './backends.ts';
import { codeOf, valueContext } from './fixtures.ts';
import {
  content,
  headerByteLength,
  sealed,
  sealedChunk,
  sizes,
  streamContext,
  streamKeys,
} from './stream-fixtures.ts';

const context = streamContext();

/** A source over bytes, with the reads it was asked for. */
function sourceOf(bytes: Uint8Array): RandomAccessSource & { readonly reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    size: bytes.byteLength,
    reads,
    read(offset, length) {
      reads.push([offset, length]);
      return bytes.subarray(offset, offset + length);
    },
  };
}

interface Result {
  readonly bytes: Uint8Array;
  readonly code: string | undefined;
}

async function range(
  backend: CryptoBackend,
  opener: DataKeyOpener,
  source: RandomAccessSource,
  start: number,
  end?: number,
  more: Partial<OpenRangeOptions> = {},
): Promise<Result> {
  const options = { backend, opener, context, source, start, ...(end === undefined ? {} : { end }), ...more };
  const pieces: Uint8Array[] = [];
  const bytes = () => new Uint8Array(Buffer.concat(pieces));
  try {
    for await (const piece of openRange(options)) {
      // Nothing of the content lies around it in the same memory.
      expect(piece.buffer.byteLength).toBe(piece.byteLength);
      pieces.push(piece);
    }
  } catch (error) {
    if (isKeyfoldError(error)) return { bytes: bytes(), code: error.code };
    throw error;
  }
  return { bytes: bytes(), code: undefined };
}

describe.each(backends)('a range by the backend %s', (_, backend) => {
  it('is the same part of the content, wherever it lies', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const streams = new Map<number, Uint8Array>();
    for (const size of sizes) streams.set(size, await sealed(backend, sealer, content(size)));
    const bounds = fc
      .constantFrom(...sizes)
      .chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size }), fc.nat({ max: size })));
    await fc.assert(
      fc.asyncProperty(bounds, async ([size, a, b]) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        const source = sourceOf(streams.get(size) ?? new Uint8Array());
        const result = await range(backend, opener, source, start, end);
        expect(result.code).toBeUndefined();
        expect(Buffer.compare(result.bytes, content(size).subarray(start, end))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('without an end goes to the end', async () => {
    const { sealer, opener } = await streamKeys(backend);
    for (const size of sizes) {
      const source = sourceOf(await sealed(backend, sealer, content(size)));
      const start = Math.floor(size / 2);
      expect((await range(backend, opener, source, start)).bytes).toEqual(content(size).subarray(start));
    }
  });

  it('reads the header, the last chunk and what it needs, as it is read itself', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const source = sourceOf(await sealed(backend, sealer, content(50 * 16_384 + 5)));
    const stream = openRange({ backend, opener, context, source, start: 20_000, end: 20_010 });
    expect(source.reads).toEqual([]);
    const reader = stream.getReader();
    expect((await reader.read()).value).toEqual(content(20_010).subarray(20_000));
    expect((await reader.read()).done).toBe(true);
    const chunkAt = (index: number) => headerByteLength + index * sealedChunk;
    expect(source.reads).toEqual([
      [0, headerByteLength],
      [chunkAt(50), 21],
      [chunkAt(1), sealedChunk],
    ]);

    source.reads.length = 0;
    const all = openRange({ backend, opener, context, source, start: 0 }).getReader();
    await all.read();
    await all.cancel();
    expect(source.reads).toEqual([
      [0, headerByteLength],
      [chunkAt(50), 21],
      [chunkAt(0), 16 * sealedChunk],
    ]);
  });

  it('of a stream that was cut off, moved about or extended fails before its first byte', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const stream = await sealed(backend, sealer, content(50_000)); // chunks 0 to 2 full, 3 short
    const cuts: readonly (readonly [size: number, code: string])[] = [
      [0, 'not_keyfold_ciphertext'],
      [1, 'truncated_ciphertext'],
      [157, 'truncated_ciphertext'],
      [158, 'truncated_ciphertext'],
      [158 + 16, 'integrity_check_failed'],
      [158 + sealedChunk, 'truncated_ciphertext'],
      [158 + sealedChunk + 15, 'truncated_ciphertext'],
      [158 + 2 * sealedChunk + 16, 'integrity_check_failed'],
      [158 + 3 * sealedChunk, 'truncated_ciphertext'],
      [stream.byteLength - 1, 'integrity_check_failed'],
    ];
    for (const [size, code] of cuts) {
      const result = await range(backend, opener, sourceOf(stream.slice(0, size)), 0, 5);
      expect([size, result]).toEqual([size, { bytes: new Uint8Array(), code }]);
    }
    const longer = new Uint8Array(Buffer.concat([stream, new Uint8Array(1)]));
    expect((await range(backend, opener, sourceOf(longer), 0, 5)).code).toBe('integrity_check_failed');

    // Chunks 0 and 1 swapped: what lies elsewhere still opens, what was moved does not.
    const swapped = stream.slice();
    swapped.set(stream.subarray(158, 158 + sealedChunk), 158 + sealedChunk);
    swapped.set(stream.subarray(158 + sealedChunk, 158 + 2 * sealedChunk), 158);
    expect((await range(backend, opener, sourceOf(swapped), 5, 10)).code).toBe('integrity_check_failed');
    expect((await range(backend, opener, sourceOf(swapped), 33_000, 33_010)).code).toBeUndefined();
  });

  it('under another context or key fails', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const source = sourceOf(await sealed(backend, sealer, content(50_000)));
    const elsewhere = { context: streamContext({ object: 'scan-43' }) };
    expect((await range(backend, opener, source, 0, 5, elsewhere)).code).toBe('integrity_check_failed');
    const stranger = await streamKeys(backend);
    expect((await range(backend, stranger.opener, source, 0, 5)).code).toBe('integrity_check_failed');
    const found = { opener: async () => opener };
    expect((await range(backend, stranger.opener, source, 0, 5, found)).bytes).toEqual(content(5));
  });

  it('past the content is refused, not shortened', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const source = sourceOf(await sealed(backend, sealer, content(100)));
    expect((await range(backend, opener, source, 0, 101)).code).toBe('invalid_argument');
    expect((await range(backend, opener, source, 101)).code).toBe('invalid_argument');
    expect(await range(backend, opener, source, 100)).toEqual({ bytes: new Uint8Array(), code: undefined });
    const open = (start: number, end?: number) => () =>
      openRange({ backend, opener, context, source, start, ...(end === undefined ? {} : { end }) });
    for (const call of [
      open(-1),
      open(0.5),
      open(Number.NaN),
      open(5, 4),
      open(0, 1.5),
      open(0, Number.NaN),
    ]) {
      expect(codeOf(call)).toBe('invalid_argument');
    }
    // @ts-expect-error a value's context is no stream's
    const byValue = () => openRange({ backend, opener, context: valueContext, source, start: 0 });
    expect(codeOf(byValue)).toBe('invalid_encryption_context');
  });

  it('from a source that gives too little or too much fails', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const { size, read } = sourceOf(await sealed(backend, sealer, content(50_000)));
    const short: RandomAccessSource = {
      size,
      read: (offset, length) => read(offset, length - (offset > 0 ? 1 : 0)),
    };
    expect((await range(backend, opener, short, 0, 5)).code).toBe('truncated_ciphertext');
    const long: RandomAccessSource = { size, read: (offset, length) => read(offset, length + 1) };
    expect((await range(backend, opener, long, 0, 5)).code).toBe('invalid_argument');
    // @ts-expect-error a source gives Uint8Arrays
    const none: RandomAccessSource = { size, read: () => undefined };
    expect((await range(backend, opener, none, 0, 5)).code).toBe('invalid_argument');
    for (const wrong of [-1, 200.5, Number.NaN]) {
      const source: RandomAccessSource = { size: wrong, read };
      expect(codeOf(() => openRange({ backend, opener, context, source, start: 0 }))).toBe(
        'invalid_argument',
      );
    }
  });

  it('stops before the next chunk once the lease check throws', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const source = sourceOf(await sealed(backend, sealer, content(100_000)));
    const ended = new Error('the lease has ended');
    let calls = 0;
    const assertUsable = () => {
      if (++calls > 3) throw ended; // the header and two chunks
    };
    const reader = openRange({ backend, opener, context, source, start: 0, assertUsable }).getReader();
    await reader.read();
    await reader.read();
    await expect(reader.read()).rejects.toBe(ended);
  });
});
