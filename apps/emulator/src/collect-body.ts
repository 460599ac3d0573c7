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
const leastDrainedBytes = 16 * 1024 * 1024;

/**
 * Reads a request's body into one buffer of its own, which the caller zeroises: bodies may hold keys, and a body parser's
 * buffers are nobody's to wipe. Every chunk is zeroised as soon as it is copied.
 *
 * @param maxBytes - no more than this is ever held.
 */
export function collectBody(request: IncomingMessage, maxBytes: number): Promise<CollectedBody> {
  return new Promise((resolve) => {
    takeBody(request, maxBytes, request.headers['content-length'], resolve);
  });
}

/**
 * The same without a promise: `done` is called once.
 *
 * @param declaredLength - the `Content-Length` header.
 */
export function takeBody(
  request: IncomingMessage,
  maxBytes: number,
  declaredLength: string | undefined,
  done: (body: CollectedBody) => void,
): void {
  const maxDrainedBytes = Math.max(leastDrainedBytes, maxBytes);
  if (declaredLength !== undefined && Number(declaredLength) > maxDrainedBytes)
    return void done({ outcome: 'too_large' });
  const chunks: Buffer[] = [];
  let length = 0;
  let isDone = false;
  const finish = (body: CollectedBody): void => {
    if (isDone) return;
    isDone = true;
    done(body);
  };
  request.on('data', (chunk: Buffer) => {
    length += chunk.byteLength;
    chunks.push(chunk);
    if (length > maxBytes) wipe(chunks);
    if (length > maxDrainedBytes) finish({ outcome: 'too_large' });
  });
  request.on('end', () =>
    finish(
      length > maxBytes ? { outcome: 'too_large' } : { outcome: 'whole', bytes: joined(chunks, length) },
    ),
  );
  // Whoever goes away is no failure of the stream's, as long as nobody listens for one: it only closes.
  request.on('close', () => {
    wipe(chunks);
    finish({ outcome: 'aborted' });
  });
}

/** Takes the chunks. A body of one chunk is that chunk: the parser copied it out of what it reads into, so it is nobody else's. */
function joined(chunks: Buffer[], length: number): Uint8Array {
  const only = chunks.length === 1 ? chunks.pop() : undefined;
  if (only !== undefined) return only;
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
  for (const chunk of chunks) chunk.fill(0);
  chunks.length = 0;
}
