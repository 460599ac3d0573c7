import type { IncomingMessage } from 'node:http';

/** A whole body, or why there is none: it is longer than the limit, or its sender went away. */
export type CollectedBody =
  | { readonly outcome: 'whole'; readonly bytes: Uint8Array }
  | { readonly outcome: 'too_large' }
  | { readonly outcome: 'aborted' };

/**
 * How much of a body that is too long is still taken in and thrown away: a client that is answered while it sends may see
 * its connection reset instead of the answer.
 */
const maxDrainedBytes = 16 * 1024 * 1024;

/**
 * Reads a request's body into one buffer of its own, which the caller zeroises: bodies may hold keys, and a body parser's
 * buffers are nobody's to wipe. Every chunk is zeroised as soon as it is copied.
 *
 * @param maxBytes - no more than this is ever held.
 */
export function collectBody(request: IncomingMessage, maxBytes: number): Promise<CollectedBody> {
  if (Number(request.headers['content-length'] ?? 0) > maxDrainedBytes)
    return Promise.resolve({ outcome: 'too_large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.byteLength;
      chunks.push(chunk);
      if (length > maxBytes) wipe(chunks);
      if (length > maxDrainedBytes) resolve({ outcome: 'too_large' });
    });
    request.on('end', () =>
      resolve(
        length > maxBytes ? { outcome: 'too_large' } : { outcome: 'whole', bytes: joined(chunks, length) },
      ),
    );
    request.on('error', () => resolve({ outcome: 'aborted' }));
    request.on('close', () => {
      wipe(chunks);
      resolve({ outcome: 'aborted' });
    });
  });
}

function joined(chunks: Buffer[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  wipe(chunks);
  return bytes;
}

function wipe(chunks: Buffer[]): void {
  for (const chunk of chunks.splice(0)) chunk.fill(0);
}
