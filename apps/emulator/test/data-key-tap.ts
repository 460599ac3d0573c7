import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decodeFrame, mediaTypes } from '@keyfold/protocol';

/** Hands requests on to an emulator, and keeps the data keys that went by. */
export class DataKeyTap implements AsyncDisposable {
  readonly dataKeys: Uint8Array[] = [];
  readonly #server = createServer(async (request, response) => {
    const body = await buffer(request);
    this.#keepKeysOf(request.headers['content-type'], body);
    const { method, url, headers } = request;
    const onward = sendRequest(new URL(url ?? '', this.#target), { method, headers }, async (answer) => {
      const answered = await buffer(answer);
      this.#keepKeysOf(answer.headers['content-type'], answered);
      response.writeHead(answer.statusCode ?? 500, answer.headers).end(answered);
    });
    onward.once('error', () => response.destroy());
    onward.end(body);
  });
  readonly #target: string;

  private constructor(target: string) {
    this.#target = target;
  }

  static async start(target: string): Promise<DataKeyTap> {
    const tap = new DataKeyTap(target);
    await once(tap.#server.listen(0, '127.0.0.1'), 'listening');
    return tap;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #keepKeysOf(type: string | undefined, body: Uint8Array): void {
    if (type !== mediaTypes.frame || body.byteLength === 0) return;
    for (const attachment of decodeFrame(body).attachments) this.dataKeys.push(attachment);
  }
}
