import { connect } from 'node:net';

const connections = 16;
/** Servers close what was idle for long, Node's after five seconds: what was idle for less is not used again either. */
const maxIdleMs = 2000;

/** One request, written out once: a load generator that builds requests would measure itself. */
export function writeRequest(url, { path = '/', headers, body }) {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ host: new URL(url).host, ...headers, 'content-length': bytes.byteLength });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), bytes]);
}

/** One connection, with one request under way at most. It is made anew where the server closes it after an answer. */
class Lane {
  #url;
  #socket;
  #answer = '';
  #settle;
  #usedAt = 0;

  constructor(url) {
    this.#url = url;
  }

  /** @param {(error?: Error) => void} settle called once, with what went wrong */
  ask(request, settle) {
    this.#settle = settle;
    this.#answer = '';
    if (performance.now() - this.#usedAt > maxIdleMs) this.close();
    if (this.#socket === undefined) this.#connect();
    this.#socket.write(request);
  }

  close() {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect() {
    const { hostname, port } = new URL(this.#url);
    const socket = connect(Number(port), hostname).setNoDelay();
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk.latin1Slice()));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#end(new Error('The server hung up.'));
    });
  }

  #read(text) {
    this.#answer += text;
    const end = this.#answer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#answer.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (Number.isNaN(length)) return this.#end(new Error('The answer has no length.'));
    if (this.#answer.length < end + 4 + length) return;
    if (/\r\nconnection: close/i.test(head)) this.#socket = undefined;
    this.#end(head.startsWith('HTTP/1.1 200 ') ? undefined : new Error(this.#answer));
  }

  #end(error) {
    this.#usedAt = performance.now();
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(error);
  }
}

/** Sixteen connections to a server, which stay open as far as it lets them. */
export class Load {
  #lanes;

  constructor(url) {
    this.#lanes = Array.from({ length: connections }, () => new Lane(url));
  }

  /** Sends a request so many times, one at a time on each connection. Throws for any other answer than a success. */
  async send(request, times) {
    let left = times;
    // Never asleep: a server that is slower than this would have to wake it for each answer, and pay for that.
    let spin = setImmediate(function again() {
      spin = setImmediate(again);
    });
    await Promise.all(
      this.#lanes.map(
        (lane) =>
          new Promise((resolve, reject) => {
            const next = (error) => {
              if (error !== undefined) return reject(error);
              if (left === 0) return resolve();
              left -= 1;
              lane.ask(request, next);
            };
            next();
          }),
      ),
    ).finally(() => clearImmediate(spin));
  }

  close() {
    for (const lane of this.#lanes) lane.close();
  }
}
