import type { TransportResponse } from '../transport/transport.ts';
import { type ResponseInfo, responseInfo } from './response-info.ts';

/** What came of an attempt that succeeded. */
export class Answered<T> {
  readonly data: T;
  readonly #response: TransportResponse;
  readonly #attempts: number;

  constructor(data: T, response: TransportResponse, attempts: number) {
    this.data = data;
    this.#response = response;
    this.#attempts = attempts;
  }

  /**
   * Made when it is asked for, which few callers do. A class has it, because an object literal with a getter is of a new shape
   * each time, which the engine keeps, with all that the getter holds, until it collects the whole heap.
   */
  get response(): ResponseInfo {
    return responseInfo(this.#response, this.#attempts);
  }
}
