import type { IncomingMessage } from 'node:http';

/**
 * How much of a body that is too long is still taken in and thrown away: a client that is answered while it sends may see its
 * connection reset instead of the answer.
 */
const maxDrainedBytes = 16 * 1024 * 1024;

/**
 * A request's body, or undefined where it is longer than `maxBytes`; no more than `maxBytes` are ever kept.
 *
 * @throws {Error} where the client goes away first
 */
export function collectBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxDrainedBytes) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let byteLength = 0;
    request.on('data', (chunk: Buffer) => {
      byteLength += chunk.byteLength;
      if (byteLength <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (byteLength > maxDrainedBytes) resolve(undefined);
    });
    request.on('end', () => {
      const [first] = chunks;
      if (byteLength > maxBytes) resolve(undefined);
      else resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('close', () => reject(new Error('The connection closed before the request was complete.')));
  });
}
