import type { CryptoBackend } from '@keyfold/crypto-core';
import type { BaseUrl } from './transport/base-url.ts';
import type { ConnectionOptions } from './transport/connection-options.ts';
import type { Transport } from './transport/transport.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a transport leads, and how. */
export interface TransportTarget {
  readonly baseUrl: BaseUrl;
  /** As the user gave them. */
  readonly options: ConnectionOptions;
  readonly environment: Environment;
  /** Ends an attempt to connect; the call's deadline may end it sooner. */
  readonly connectTimeoutMs: number;
}

/** What a client takes from where it runs; everything else is the same everywhere. */
export interface Runtime {
  readonly backend: CryptoBackend;
  readonly environment: Environment;
  /**
   * Checks the options and makes the transport; sends nothing yet.
   *
   * @throws ConfigurationError for an option that is wrong, or that this runtime could only ignore
   */
  createTransport(target: TransportTarget): Transport;
}
