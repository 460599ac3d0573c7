import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The headers that decide where a request goes and whether it is let in. Of a header that came several times the values are joined,
 * which none of those who read them takes for one of them.
 */
export interface RequestHead {
  /** How many Host headers came. */
  hosts: number;
  host: string | undefined;
  origin: string | undefined;
  target: string | undefined;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  contentLength: string | undefined;
  authorization: string | undefined;
  userAgent: string | undefined;
  requestId: string | undefined;
}

/** Serves a request whose head may have been read already. */
export type HeadListener = (request: IncomingMessage, response: ServerResponse, head?: RequestHead) => void;

type Field = Exclude<keyof RequestHead, 'hosts'>;

const fields: Readonly<Record<Field, string>> = {
  host: 'Host',
  origin: 'Origin',
  target: 'X-Amz-Target',
  contentType: 'Content-Type',
  contentEncoding: 'Content-Encoding',
  contentLength: 'Content-Length',
  authorization: 'Authorization',
  userAgent: 'User-Agent',
  requestId: 'X-Request-Id',
};

/** By the two spellings that nearly all clients use; others are turned into lower case first. */
const fieldOf: ReadonlyMap<string, Field> = new Map(
  (Object.keys(fields) as Field[]).flatMap((field): [string, Field][] => [
    [fields[field], field],
    [fields[field].toLowerCase(), field],
  ]),
);
const lengths: ReadonlySet<number> = new Set(Object.values(fields).map((name) => name.length));

/**
 * Reads a request's head in one pass. Node makes `headers` when it is first asked for, of every header, and has by then dropped all
 * but one of those that came twice.
 */
export function readRequestHead({ rawHeaders }: IncomingMessage): RequestHead {
  const head: RequestHead = {
    hosts: 0,
    host: undefined,
    origin: undefined,
    target: undefined,
    contentType: undefined,
    contentEncoding: undefined,
    contentLength: undefined,
    authorization: undefined,
    userAgent: undefined,
    requestId: undefined,
  };
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!lengths.has(name.length)) continue;
    const field = fieldOf.get(name) ?? fieldOf.get(name.toLowerCase());
    if (field === undefined) continue;
    const value = rawHeaders[at + 1] ?? '';
    if (field === 'host') head.hosts += 1;
    const before = head[field];
    head[field] = before === undefined ? value : `${before}, ${value}`;
  }
  return head;
}
