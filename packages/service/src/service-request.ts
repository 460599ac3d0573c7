/** One request, as a host hands it over. */
export interface ServiceRequest {
  /** The path parameters, percent-decoded, as `matchOperation` gives them. */
  readonly params: Readonly<Record<string, string>>;
  /** The query of the URL. */
  readonly query: URLSearchParams;
  /** The headers by their names in lower case, such as `node:http` gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The whole body, empty where there is none. It passes into the service's ownership, which zeroises it. */
  readonly body: Uint8Array;
  /** Names the request in the answer, in errors and in the audit record. */
  readonly requestId: string;
}

/** A header that came exactly once, else undefined. */
export function headerOf(request: ServiceRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
