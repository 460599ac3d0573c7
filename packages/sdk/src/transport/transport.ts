import type { CallDetails } from '../calls/call-error.ts';
import type { EndSignal } from '../calls/end-signal.ts';

/** One attempt at a request. */
export interface TransportRequest {
  readonly method: string;
  /** Path and query, absolute. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Not copied; the caller wipes it after the last attempt. */
  readonly body?: Uint8Array | undefined;
  /** Ends the attempt; what is thrown then does not matter. */
  readonly signal: EndSignal;
  /** A longer answer is refused. */
  readonly maxResponseBytes: number;
  /** For errors. */
  readonly call: CallDetails;
}

/** An answer, whatever its status. */
export interface TransportResponse {
  readonly status: number;
  /** A header's value, or undefined; the name in lower case. */
  header(name: string): string | undefined;
  /** The whole body in memory of its own; the caller wipes it. */
  readonly body: Uint8Array;
}

/** Carries requests to one origin. Redirects are answers like others; nothing is tried twice. */
export interface Transport {
  /** @throws TransportError when no whole answer came */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Ends what is under way and leaves no socket open. */
  close(): Promise<void>;
}
