import type { TransportResponse } from '../transport/transport.ts';

/** A server that repeats what it was sent must not bring the API key into an error, a log or a caller's hands. */
export class WithoutEcho implements TransportResponse {
  readonly status: number;
  readonly body: Uint8Array;
  readonly #response: TransportResponse;
  readonly #apiKey: string;

  constructor(response: TransportResponse, apiKey: string) {
    this.status = response.status;
    this.body = response.body;
    this.#response = response;
    this.#apiKey = apiKey;
  }

  header(name: string): string | undefined {
    const value = this.#response.header(name);
    return value?.includes(this.#apiKey) === true ? undefined : value;
  }
}
