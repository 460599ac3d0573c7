import { once } from 'node:events';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';

describe('the encryption API over HTTP', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await createEmulator();
  });
  afterAll(() => emulator.close());

  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${emulator.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${emulator.access.apiKey}`, ...init.headers },
    });
  const codeOf = async (response: Response): Promise<unknown> => {
    const body: { error: { code: string; hint: string; requestId: string } } = JSON.parse(
      await response.text(),
    );
    expect(body.error.hint).not.toBe('');
    expect(body.error.requestId).toBe(response.headers.get('x-request-id'));
    return [response.status, body.error.code];
  };

  it('says that it is ready', async () => {
    const response = await call('/_emulator/ready');
    expect([response.status, await response.json()]).toEqual([200, { ready: true }]);
  });

  it('answers a request that it knows', async () => {
    const response = await call('/v1/tenants/demo');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: 'demo', root: { provider: 'aws-kms' } });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  for (const path of [
    '/',
    '/v1',
    '/v1/',
    '/v1/tenants/',
    '/v2/tenants',
    '/V1/tenants',
    '/v1/tenants/a/b',
    '/v1/%2e%2e/x',
    '/favicon.ico',
  ])
    it(`answers ${path} as a path that is not there, in JSON`, async () => {
      expect(await codeOf(await call(path))).toEqual([404, 'route_not_found']);
    });

  it('names the methods that a path takes', async () => {
    const response = await call('/v1/tenants/demo', { method: 'PATCH' });
    expect(response.headers.get('allow')).toBe('PUT, GET');
    expect(await codeOf(response)).toEqual([405, 'method_not_allowed']);
  });

  it('answers a malformed path in JSON, without a stack', async () => {
    const response = await call('/v1/tenants/%E0%A4%A');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await codeOf(response)).toEqual([400, 'invalid_request']);
  });

  it('refuses a body that is too long, declared or not, before it has read it', async () => {
    const headers = { 'content-type': 'application/json' };
    const long = 'x'.repeat(300_000);
    const declared = await call('/v1/tenants/big', { method: 'PUT', headers, body: long });
    expect(await codeOf(declared)).toEqual([413, 'payload_too_large']);
    let sent = 0;
    const pieces = new ReadableStream({
      // Ends by itself: once the connection is gone, fetch pulls without waiting for anyone.
      pull: (controller) =>
        sent++ < 80 ? controller.enqueue(new TextEncoder().encode(long)) : controller.close(),
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'PUT', headers, body: pieces, duplex: 'half' };
    const endless = await call('/v1/tenants/big', init).then(codeOf, () => 'connection closed');
    expect([[413, 'payload_too_large'], 'connection closed']).toContainEqual(endless);
  });

  it('refuses a compressed body, which may unfold to any size', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await call('/v1/tenants/zip', { method: 'PUT', headers, body: 'x' });
    expect(await codeOf(response)).toEqual([415, 'unsupported_media_type']);
  });

  it('wants an API key for everything', async () => {
    expect(await codeOf(await call('/v1/tenants', { headers: { authorization: '' } }))).toEqual([
      401,
      'api_key_missing',
    ]);
  });

  describe('over TLS', () => {
    async function handshake(options: {
      minVersion?: 'TLSv1.1';
      maxVersion?: 'TLSv1.2' | 'TLSv1.1';
      ciphers?: string;
    }): Promise<TLSSocket> {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(new URL(emulator.httpsUrl).port),
        servername: 'localhost',
        ca: emulator.ca,
        ...options,
      });
      await once(socket, 'secureConnect');
      return socket;
    }

    it('prefers TLS 1.3 and offers forward secrecy under TLS 1.2', async () => {
      const best = await handshake({});
      expect(best.getProtocol()).toBe('TLSv1.3');
      best.destroy();
      const older = await handshake({ maxVersion: 'TLSv1.2' });
      expect(older.getCipher().name).toMatch(/^ECDHE-.*(GCM|POLY1305)/);
      older.destroy();
    });

    it('refuses older versions, RSA key exchange and CBC', async () => {
      await expect(
        handshake({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      ).rejects.toThrow();
      await expect(handshake({ maxVersion: 'TLSv1.2', ciphers: 'AES256-GCM-SHA384' })).rejects.toThrow();
      await expect(handshake({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).rejects.toThrow();
    });

    it('sends HSTS over HTTPS, and over HTTP does not', async () => {
      const url = `${emulator.httpsUrl}/_emulator/ready`;
      const secured = request(url, { ca: emulator.ca }).end();
      const [response] = await once(secured, 'response');
      response.resume();
      expect(response.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
      expect((await call('/_emulator/ready')).headers.get('strict-transport-security')).toBeNull();
    });
  });
});
