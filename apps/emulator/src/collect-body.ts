import type { IncomingMessage } from 'node:http';

/** A whole body, or why there is none: it is longer than the limit, or its sender went away. */
export type CollectedBody =
  | { readonly outcome: 'whole'; readonly bytes: Uint8Array }
  | { readonly outcome: 'too_large' }
  | { readonly outcome: 'aborted' };

/**
 * Reads a request's body into one buffer of its own, which the caller zeroises: bodies may hold data keys, and a body
 * parser's buffers are nobody's to wipe. Every chunk is zeroised as soon as it is copied.
 *
 * @param maxBytes - no more than this is ever held; a longer body is refused before it is read to its end.
 */
export async function collectBody(request: IncomingMessage, maxBytes: number): Promise<CollectedBody> {
  // The declared length is refused without reading; a body without one, or with a wrong one, as it comes.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { outcome: 'too_large' };
  const chunks: Buffer[] = [];
  let length = 0;
  const wipe = (): void => {
    for (const chunk of chunks) chunk.fill(0);
  };
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.byteLength;
      chunks.push(chunk);
      if (length > maxBytes) return { outcome: 'too_large' };
    }
    const bytes = new Uint8Array(length);
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return { outcome: 'whole', bytes };
  } catch {
    return { outcome: 'aborted' };
  } finally {
    wipe();
  }
}
