import {
  type CryptoBackend,
  openRange,
  openStream,
  parseRecordHeader,
  prepareStreamContext,
  sealStream,
} from '@keyfold/crypto-core';
import streams from '../../docs/formats/vectors/stream.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import { contextOf, type PublishedContext } from './published-values.ts';

/** The content that the vectors' streams have: no two chunks are alike. */
export function streamContent(byteLength: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: byteLength }, (_, i) => 7 * i + Math.floor(i / 16_384));
}

/** What a stream gives, in one piece. */
export async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of stream) pieces.push(Uint8Array.from(piece));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** One piece as a stream. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** Published streams opened whole and in part; those of which only the length and a hash are published, sealed anew. */
export async function checkStreams(checks: Checks, backend: CryptoBackend): Promise<void> {
  const header = parseRecordHeader(bytesOf(`f6${streams.header}`));
  const opener = () => backend.openDataKey(header, secretOf(streams.dataKey));
  const open = async (options: PublishedContext, stream: Uint8Array) => {
    const context = prepareStreamContext(contextOf(options));
    return collected(streamOf(stream).pipeThrough(openStream({ backend, opener, context })));
  };
  const sha256 = async (bytes: Uint8Array) => hex(await backend.sha256(bytes));

  await checks.equal('stream.json key', streams.streamKey, async () =>
    hex((await (await opener()).openingStreamKey()).reveal()),
  );
  for (const { name, options, contentByteLength, contentSha256, ...published } of streams.cases) {
    const sealed = () =>
      published.stream === undefined
        ? sealAnew(backend, header, options, streamContent(contentByteLength))
        : bytesOf(published.stream);
    await checks.equal(`stream.json ${name}`, contentSha256, async () => {
      const bytes = await sealed();
      if (bytes.byteLength !== published.streamByteLength) return `${bytes.byteLength} bytes`;
      return sha256(await open(options, bytes));
    });
    await checks.equal(
      `stream.json ${name}, its second half`,
      await sha256(streamContent(contentByteLength).subarray(contentByteLength >> 1)),
      async () => {
        const bytes = await sealed();
        const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
        const source = { size: bytes.byteLength, read };
        const context = prepareStreamContext(contextOf(options));
        const range = { backend, opener, context, source, start: contentByteLength >> 1 };
        return sha256(await collected(openRange(range)));
      },
    );
  }
  for (const { name, options, stream, code } of streams.refused) {
    await checks.fails(`stream.json ${name}`, code, () => open(options, bytesOf(stream)));
  }
}

/** A stream under the vectors' data key, with a salt of its own. */
async function sealAnew(
  backend: CryptoBackend,
  header: ReturnType<typeof parseRecordHeader>,
  options: PublishedContext,
  content: Uint8Array,
): Promise<Uint8Array> {
  const sealer = {
    recordHeader: () => Uint8Array.of(0xf6, ...header.bytes),
    sealingStreamKey: () => secretOf(streams.streamKey),
  };
  const context = prepareStreamContext(contextOf(options));
  return collected(streamOf(content).pipeThrough(sealStream({ backend, sealer, context })));
}
