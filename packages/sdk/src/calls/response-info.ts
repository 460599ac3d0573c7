import { headerNames, identifierPatterns } from '@keyfold/protocol';
import type { TransportResponse } from '../transport/transport.ts';

const httpDate = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/; // RFC 9110 §5.6.7

/**
 * Headers of an answer that are shown to the caller and to logs, each in the form that it has. A list of what may be seen,
 * not of what must not: what a proxy adds tomorrow is not on it, and free text is in none of them.
 */
const shownForms: Readonly<Record<string, RegExp>> = {
  'content-length': /^\d{1,15}$/,
  [headerNames.contentType]: /^[\w!#$&^.+-]{1,64}\/[\w!#$&^.+-]{1,64}(?:; ?charset=[\w-]{1,32})?$/,
  date: httpDate,
  'retry-after': new RegExp(`^\\d{1,9}$|${httpDate.source}`),
  [headerNames.requestId]: identifierPatterns.requestId,
};

/** What is known of an answer besides its data. */
export interface ResponseInfo {
  /** The HTTP status. */
  readonly status: number;
  /** The service's name for the request; say it when you report a problem. */
  readonly requestId: string | undefined;
  /** How often the call was sent until this answer came. */
  readonly attempts: number;
  /** Some of the headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The headers of an answer that may be shown. */
export function shownHeaders(response: Pick<TransportResponse, 'header'>): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const [name, form] of Object.entries(shownForms)) {
    const value = response.header(name);
    if (value !== undefined && form.test(value)) shown[name] = value;
  }
  return shown;
}

/** The request id comes from the network: anything but a plain token is left out. */
export function requestIdOf(response: Pick<TransportResponse, 'header'>): string | undefined {
  const requestId = response.header(headerNames.requestId);
  return requestId !== undefined && identifierPatterns.requestId.test(requestId) ? requestId : undefined;
}

/** What is shown of an answer. */
export function responseInfo(response: TransportResponse, attempts: number): ResponseInfo {
  return {
    status: response.status,
    requestId: requestIdOf(response),
    attempts,
    headers: shownHeaders(response),
  };
}
