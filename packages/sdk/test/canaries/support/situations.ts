import type { Fault, WireAnswer } from '@keyfold/test-support';
import type { KeyfoldOptions } from '../../../src/index.ts';
import type { ConnectProxy } from '../../transport/support/connect-proxy.ts';

/** What goes wrong for a client, and what it is set to. */
export interface Situation {
  readonly title: string;
  readonly otherwise: Fault;
  readonly options?: KeyfoldOptions;
  readonly meanwhile?: (proxy: ConnectProxy) => void;
}

/** The server's own answer, keys and all, as something else. */
function dressed(
  title: string,
  dress: (answer: WireAnswer) => readonly [string, string | Uint8Array],
): Situation {
  return {
    title,
    otherwise: async (exchange) => {
      const [head, body] = dress(await exchange.answer());
      const lines = [head, `content-length: ${Buffer.byteLength(body)}`, 'connection: close', '', ''];
      await exchange.send(lines.join('\r\n'), body);
      exchange.end();
    },
  };
}

const ok = (type: string): string => `HTTP/1.1 200 OK\r\ncontent-type: ${type}`;

/** Answers that arrive whole and are not what they should be, with everything in them that the server would have sent. */
export const answerFaults: readonly Situation[] = [
  dressed('an answer is a page', ({ body }) => [ok('text/html'), body]),
  dressed('an answer is broken JSON', ({ body }) => [ok('application/json'), Buffer.concat([body, body])]),
  dressed('an answer is JSON of another form', ({ body }) => [
    ok('application/json'),
    JSON.stringify({ id: body.toString('base64'), items: [body.toString('hex')], next: [...body] }),
  ]),
  dressed('an answer is a cut frame', ({ body }) => [
    ok('application/vnd.keyfold.frame'),
    body.subarray(0, -1),
  ]),
  dressed('an answer is too long', ({ body }) => [ok('application/json'), Buffer.alloc(9_999_999, body)]),
  dressed('an answer is a redirect', ({ body }) => [
    `HTTP/1.1 307 Go\r\nlocation: http://${body.toString('hex').slice(0, 99)}.example/`,
    body,
  ]),
  dressed('an answer is a refusal without a form', ({ body }) => ['HTTP/1.1 500 No', body]),
  dressed('an answer is a storm', ({ body }) => ['HTTP/1.1 503 No\r\nretry-after: 0', body]),
  {
    title: 'an answer is the API key where JSON should be', // which JSON.parse quotes the beginning of
    otherwise: async (exchange) => {
      const body = exchange.headers['authorization']?.replace('Bearer ', '') ?? '';
      await exchange.send(`${ok('application/json')}\r\ncontent-length: ${body.length}\r\n\r\n`, body);
    },
  },
  {
    title: 'an answer has no head',
    otherwise: async (exchange) => {
      await exchange.send((await exchange.answer()).body, '\r\n\r\n');
      exchange.end();
    },
  },
  {
    title: 'an answer has its body in a broken head',
    otherwise: async (exchange) => {
      const { body } = await exchange.answer();
      await exchange.send(
        `${ok('text/plain')}\r\n${body.toString('hex')} ${body.toString('base64')}\r\n\r\n`,
      );
      exchange.end();
    },
  },
  {
    title: 'an answer repeats what was sent',
    otherwise: async (exchange) => {
      const { authorization } = exchange.headers;
      const error = { code: 'invalid_request', message: `Bad: ${authorization}`, hint: authorization };
      const body = JSON.stringify({ error });
      const head = [
        'HTTP/1.1 422 No',
        'content-type: application/json',
        `x-request-id: ${authorization?.replace('Bearer ', '')}`,
        `server-timing: ${authorization}`,
        `retry-after: ${authorization}`,
        `content-length: ${body.length}`,
      ];
      await exchange.send(`${head.join('\r\n')}\r\n\r\n`, body);
    },
  },
];
