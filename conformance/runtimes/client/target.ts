/** Where a runtime's client talks to, and what it has to show. All of it can be said in JSON. */
export interface ClientTarget {
  /** A development API key of the emulator, and one that it does not know. */
  readonly apiKey: string;
  readonly wrongApiKey: string;
  readonly tenant: string;
  readonly service: string;
  /** The emulator; in a page, by way of the page's own origin. */
  readonly baseUrl: string;
  /** A server that takes every request and answers none. */
  readonly silentUrl: string;
  /** A server that sends elsewhere. */
  readonly movedUrl: string;
  /** Where nobody listens. */
  readonly lostUrl: string;
  /** A key set, and a token of its issuer's. */
  readonly keySetUrl: string;
  readonly token: string;
  /** In a page only: the emulator itself, which is another origin. */
  readonly otherOrigin?: string;
  /** What Node's own client sealed, in base64 where it is bytes. */
  readonly sealedByNode: SealedByClient;
}

/** A value and a row, for another runtime's client to open. */
export interface SealedByClient {
  readonly value: string;
  readonly row: { readonly id: number; readonly ssn: string; readonly keyfold: string };
}

/** What the token must be. */
export const tokenExpectations = { issuer: 'https://login.example', audience: 'billing' } as const;

/** What is sealed everywhere, and under which context. */
export const sample = {
  value: '4111 1111 1111 1111',
  context: { card: '42' },
  ssn: '078-05-1120',
} as const;
