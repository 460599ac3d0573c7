import type { Fault, WireAnswer } from './fault-proxy.ts';

/** A fault that ends an attempt by itself: nothing has to be waited for. */
export interface ConnectionFault {
  /** As in "a connection that …". */
  readonly title: string;
  readonly fault: Fault;
  /** Whether the server has done what was asked when the client learns that something is wrong. */
  readonly reachesServer: boolean;
}

/** `content-length` with another value. */
export function withLength({ head, body }: WireAnswer, change: number): Buffer {
  const text = head.toString('latin1');
  return Buffer.from(
    text.replace(/content-length: \d+/, `content-length: ${body.byteLength + change}`),
    'latin1',
  );
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.byteLength >> 1);
}

/** After the server has answered: what is done with its answer. */
function afterwards(
  title: string,
  fault: (answer: WireAnswer, ...rest: Parameters<Fault>) => unknown,
): ConnectionFault {
  return {
    title,
    reachesServer: true,
    fault: async (exchange) => {
      await fault(await exchange.answer(), exchange);
    },
  };
}

function before(title: string, fault: Fault): ConnectionFault {
  return { title, reachesServer: false, fault };
}

/** Instead of the answer: bytes that are none. */
function instead(title: string, bytes: string): ConnectionFault {
  return afterwards(title, async (_, exchange) => {
    await exchange.send(bytes);
    exchange.end();
  });
}

/** What breaks a connection, or makes its bytes something else than an answer. */
export const connectionFaults: readonly ConnectionFault[] = [
  before('is reset before the request is passed on', (exchange) => exchange.reset()),
  before('is closed before the request is passed on', (exchange) => exchange.end()),
  afterwards('is reset before the answer', (_, exchange) => exchange.reset()),
  afterwards('is closed before the answer', (_, exchange) => exchange.end()),
  afterwards('is reset in the headers', async ({ head }, exchange) => {
    await exchange.send(half(head));
    exchange.reset();
  }),
  afterwards('is closed in the headers', async ({ head }, exchange) => {
    await exchange.send(half(head));
    exchange.end();
  }),
  afterwards('is reset in the body', async ({ head, body }, exchange) => {
    await exchange.send(head, half(body));
    exchange.reset();
  }),
  afterwards('is closed in the body', async ({ head, body }, exchange) => {
    await exchange.send(head, half(body));
    exchange.end();
  }),
  afterwards('is closed before as much came as was announced', async (answer, exchange) => {
    await exchange.send(withLength(answer, 1), answer.body);
    exchange.end();
  }),
  afterwards('brings two lengths', async (answer, exchange) => {
    const head = answer.head.toString('latin1').replace(/\r\n\r\n$/, '\r\ncontent-length: 1\r\n\r\n');
    await exchange.send(head, answer.body);
    exchange.end();
  }),
  afterwards('brings a chunk of no length', async ({ head, body }, exchange) => {
    const chunked = head.toString('latin1').replace(/content-length: \d+/, 'transfer-encoding: chunked');
    await exchange.send(chunked, 'zz\r\n', body, '\r\n');
    exchange.end();
  }),
  instead('brings what is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'),
  instead('brings a status that is none', 'HTTP/1.1 OK\r\ncontent-length: 0\r\n\r\n'),
  instead('brings a header without an end', `HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(100_000)}`),
  instead(
    'changes to another protocol',
    'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  ),
];
