import {
  type ByteTransform,
  type CryptoBackend,
  type DataKeyOpener,
  type DataKeySealer,
  isKeyfoldError,
  openStream,
  prepareStreamContext,
  type StreamContext,
  sealStream,
} from '../src/index.ts';
import { billing } from './fixtures.ts';

export const headerByteLength = 158;
export const sealedChunk = 16_400;
/** Around every boundary that the construction has. */
export const sizes: readonly number[] = [0, 1, 16_383, 16_384, 16_385, 32_768, 50_000];

export function streamContext(entries: Record<string, string> = { object: 'scan-42' }): StreamContext {
  return prepareStreamContext({ tenant: 'acme', scope: billing, context: entries });
}

export interface StreamKeys {
  readonly sealer: DataKeySealer;
  readonly opener: DataKeyOpener;
}

/** A sealer and an opener of one new data key. */
export async function streamKeys(backend: CryptoBackend): Promise<StreamKeys> {
  const fresh = await backend.createDataKey();
  const secret = fresh.secret.clone();
  const sealer = await fresh.wrappedAs({
    keyReference: backend.randomBytes(8),
    wrapped: backend.randomBytes(60),
  });
  return { sealer, opener: await backend.openDataKey(sealer.header, secret) };
}

/** Content that differs in each chunk. */
export function content(byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => (i * 7 + (i >>> 14)) & 0xff);
}

/** Writes `writes` one after another, then closes; gives what came out, and the error in which it ended if it did. */
export async function through(
  { readable, writable }: ByteTransform,
  writes: Iterable<Uint8Array>,
): Promise<{ readonly bytes: Uint8Array; readonly error: unknown }> {
  const writing = (async () => {
    const writer = writable.getWriter();
    for (const bytes of writes) await writer.write(bytes);
    await writer.close();
  })();
  writing.catch(() => undefined); // the reader sees it too
  const pieces: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const piece of readable) pieces.push(piece);
    await writing;
  } catch (caught) {
    error = caught;
  }
  return { bytes: new Uint8Array(Buffer.concat(pieces)), error };
}

export async function sealed(
  backend: CryptoBackend,
  sealer: DataKeySealer,
  plaintext: Uint8Array,
  context: StreamContext = streamContext(),
): Promise<Uint8Array> {
  const { bytes, error } = await through(sealStream({ backend, sealer, context }), [plaintext]);
  if (error !== undefined) throw error;
  return bytes;
}

export interface Opened {
  readonly bytes: Uint8Array;
  /** The error's code; undefined if the stream ended well. */
  readonly code: string | undefined;
}

export async function opened(
  backend: CryptoBackend,
  opener: DataKeyOpener,
  stream: Uint8Array,
  context: StreamContext = streamContext(),
): Promise<Opened> {
  const { bytes, error } = await through(openStream({ backend, opener, context }), [stream]);
  if (error === undefined) return { bytes, code: undefined };
  if (isKeyfoldError(error)) return { bytes, code: error.code };
  throw error;
}
