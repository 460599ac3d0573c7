import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How an answer goes out where a fault has a say in it. */
export type Delivery =
  | { readonly kind: 'reset' }
  | {
      readonly kind: 'slow-body';
      readonly bytesPerSecond: number;
      /** Ends the trickle at once; the connection breaks then. */
      readonly signal: AbortSignal;
    };

/** An answer's end: bytes a second are sent in so many pieces. */
const piecesPerSecond = 10;

/**
 * Sends an answer as a fault wants it.
 *
 * @param body - stays the caller's, who may zeroise it when this resolves.
 */
export async function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  head: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | number>> | string[];
  },
  body: Uint8Array,
  delivery: Delivery,
): Promise<void> {
  if (delivery.kind === 'reset') {
    // A TCP RST, as a crashed peer or an impatient middlebox sends it. A socket of TLS can only end without its farewell.
    if ('encrypted' in request.socket) request.socket.destroy();
    else request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(head.status, head.headers);
  const { signal } = delivery;
  const step = Math.max(1, Math.floor(delivery.bytesPerSecond / piecesPerSecond));
  const waitMs = (1000 * step) / delivery.bytesPerSecond;
  try {
    for (let at = 0; at < body.byteLength; at += step) {
      if (at > 0) await sleep(waitMs, undefined, { signal });
      if (response.destroyed) return;
      response.write(Uint8Array.from(body.subarray(at, at + step)));
    }
    response.end();
  } catch {
    response.destroy();
  }
}

/** Waits, and is woken by the signal, which it then throws the reason of. */
export async function holdBack(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
