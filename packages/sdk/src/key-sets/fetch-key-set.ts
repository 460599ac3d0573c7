import { type Clock, parseJsonWebKeySet, type VerificationKey } from '@keyfold/crypto-core';
import { Deadline } from '../calls/deadline.ts';
import type { Timers } from '../calls/timers.ts';
import { ClientClosedError } from '../configuration-errors.ts';
import type { Transport, TransportResponse } from '../transport/transport.ts';
import {
  RedirectRefusedError,
  TimeoutError,
  UnexpectedResponseError,
} from '../transport/transport-errors.ts';
import { userAgent } from '../version.ts';

/** Where a key set is fetched from, and how long that may take. */
export interface KeySetSource {
  readonly transport: Transport;
  /** Path and query. */
  readonly path: string;
  /** For connecting, request and body together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Aborted when nothing is wanted any more. */
  readonly closing: AbortSignal;
}

/** A longer answer is not read to its end; a key set of 64 keys is a sixth of it. */
const maxResponseBytes: number = 64 * 1024;

const call = { operation: 'fetchKeySet', attempts: 1 } as const;

/**
 * Fetches a key set once: no redirects, nothing tried twice, at most 65,536 bytes.
 *
 * @throws TransportError, KeySetInvalidError, {@link ClientClosedError}
 */
export async function fetchKeySet(source: KeySetSource): Promise<readonly VerificationKey[]> {
  const { status, body } = await send(source);
  if (status >= 300 && status < 400) throw new RedirectRefusedError({ ...call, status });
  if (status !== 200) {
    const answered = { ...call, status };
    throw new UnexpectedResponseError(`The key set was asked for, and the answer was ${status}.`, answered);
  }
  return parseJsonWebKeySet(body);
}

async function send(source: KeySetSource): Promise<TransportResponse> {
  const { transport, path, timeoutMs, clock, timers, closing } = source;
  const deadline = new Deadline({ timeoutMs, clock, timers, closing });
  try {
    return await transport.send({
      method: 'GET',
      path,
      headers: { accept: 'application/jwk-set+json, application/json', 'user-agent': userAgent },
      signal: deadline.signal,
      maxResponseBytes,
      call,
    });
  } catch (error) {
    if (deadline.endReason === 'closed') throw new ClientClosedError();
    if (deadline.endReason === undefined) throw error;
    throw new TimeoutError(`The key set did not come within ${timeoutMs} ms.`, call);
  } finally {
    deadline[Symbol.dispose]();
  }
}
