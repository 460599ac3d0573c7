import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dataKeyHeader, encodeRecordHeader } from '@keyfold/crypto-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApiKey } from '../support/clients.ts';
import { sendError, sendJson } from '../support/key-server.ts';

const script = fileURLToPath(new URL('./support/many-calls.ts', import.meta.url));
const header = dataKeyHeader(
  { keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) },
  new Uint8Array(32),
);

interface Left {
  /** How often calls ended how. */
  readonly codes: Readonly<Record<string, number>>;
  /** Objects of calls that were watched, and those of them that still live. */
  readonly watched: number;
  readonly alive: number;
  readonly heapBytesPerCall: number;
  readonly bufferBytesPerCall: number;
  /** What the process holds between calls. */
  readonly sockets: number;
  readonly timers: number;
  /** On a signal that all calls were given. */
  readonly listeners: number;
  readonly afterClose: readonly string[];
}

/** What becomes of a request, by the last part of its path. */
const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
  found: (_, response) => sendJson(response, tenant),
  missing: (_, response) => sendError(response, 'tenant_not_found'),
  reset: (request) => request.socket.resetAndDestroy(),
  cut: (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 99 });
    response.write('{', () => request.socket.destroy());
  },
  silent: () => undefined,
  tenants: (_, response) => sendJson(response, { items: [tenant] }),
  rotate: (_, response) => sendJson(response, { id: 'billing', tenant: 'found', activeVersion: 2 }),
  rewrap: (_, response) => {
    const items = [{ status: 'ok', header: Buffer.from(encodeRecordHeader(header)).toString('base64url') }];
    sendJson(response, { leaseRemainingMs: 60_000, items });
  },
};
const tenant = { id: 'found', root: { provider: 'static', keyId: 'root' } };

describe('after ten thousand calls of every outcome', () => {
  const open = new Set<Socket>();
  let mostOpen = 0;
  const server = createServer(async (request, response) => {
    await textOf(request);
    answers[request.url?.split(/[/?]/).findLast((part) => Object.hasOwn(answers, part)) ?? '']?.(
      request,
      response,
    );
  });
  server.on('connection', (socket) => {
    open.add(socket);
    mostOpen = Math.max(mostOpen, open.size);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  let left: Left;

  async function run(calls: number, env: Readonly<Record<string, string>> = {}): Promise<Left> {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@keyfold/source', '--expose-gc', '--unhandled-rejections=strict', script],
      {
        env: {
          KEYFOLD_API_KEY: testApiKey,
          KEYFOLD_BASE_URL: `http://127.0.0.1:${port}`,
          SEALED: Buffer.from(encodeRecordHeader(header)).toString('base64'),
          CALLS: String(calls),
          ...env,
        },
      },
    );
    return JSON.parse(stdout);
  }

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    left = await run(10_000);
  }, 300_000);
  afterAll(() => server.close());

  it('(and as many before them) each has ended as it should', () => {
    expect(left.codes).toEqual({
      ok: 5 * 2_000,
      tenant_not_found: 2_000,
      connection_failed: 2 * 2_000,
      call_aborted: 2_000,
      timeout: 2_000,
    });
  });

  it('no object of a call is alive', () => {
    expect(left.watched).toBeGreaterThan(10_000);
    expect(left.alive).toBeLessThan(left.watched / 1_000);
  });

  it('the heap has not grown', () => {
    expect(left.heapBytesPerCall).toBeLessThan(100);
    expect(left.bufferBytesPerCall).toBeLessThan(100);
  });

  it('there are no more sockets and timers than calls in flight need, and no listener', () => {
    expect(mostOpen).toBeLessThanOrEqual(100); // 8 at a time, and what the server has not yet seen closed
    expect(left.sockets).toBeLessThanOrEqual(16);
    expect(left.timers).toBeLessThanOrEqual(16);
    expect(left.listeners).toBe(0);
  });

  it('a closed client leaves nothing, here or at the server', () => {
    expect(left.afterClose).toEqual([]);
    expect(open.size).toBe(0);
  });

  it('one object kept of each call would be seen', async () => {
    const leaking = await run(2_000, { KEEP: 'yes' });
    expect(leaking.alive).toBeGreaterThan(leaking.watched / 2);
    expect(leaking.heapBytesPerCall).toBeGreaterThan(100);
  }, 300_000);
});
