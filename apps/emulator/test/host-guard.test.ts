import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';

/** Sends bytes as they are: HTTP clients refuse to send most of what is tried here. */
async function exchange(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end(request);
  return text(socket);
}

describe('who the emulator answers', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await createEmulator({ allowHosts: ['keyfold.test'] });
  });
  afterAll(() => emulator.close());

  const get = (...headers: string[]): Promise<string> =>
    exchange(
      emulator.url,
      ['GET /_emulator/ready HTTP/1.1', ...headers, 'Connection: close', '', ''].join('\r\n'),
    );

  for (const host of ['localhost', 'localhost:5390', '127.0.0.1', '[::1]:80', 'LOCALHOST', 'keyfold.test'])
    it(`answers to the Host ${host}`, async () => {
      expect(await get(`Host: ${host}`)).toMatch(/^HTTP\/1\.1 200 /);
    });

  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '169.254.169.254',
    'localhost@evil.example',
    '[::1',
    '',
  ])
    it(`refuses the Host ${host || '(empty)'}, whose name a page may have rebound`, async () => {
      expect(await get(`Host: ${host}`)).toMatch(/^HTTP\/1\.1 403 /);
    });

  it('refuses two Host headers, of which servers and proxies choose differently', async () => {
    expect(await get('Host: localhost', 'Host: evil.example')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await get('Host: localhost', 'Host: localhost')).toMatch(/^HTTP\/1\.1 400 /);
  });

  for (const origin of ['https://evil.example', 'null', 'file://', 'http://localhost.evil.example'])
    it(`refuses what a page of ${origin} sends, and allows it to read nothing`, async () => {
      const answer = await get('Host: localhost', `Origin: ${origin}`);
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).not.toMatch(/access-control-allow/i);
    });

  it('refuses a target in absolute form, which would name another authority than Host does', async () => {
    const request =
      'GET http://evil.example/_emulator/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    expect(await exchange(emulator.url, request)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('guards AWS KMS as it guards everything else', async () => {
    const answer = await exchange(
      emulator.url,
      'POST / HTTP/1.1\r\nHost: evil.example\r\nX-Amz-Target: TrentService.CreateKey\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('gives no permission to a preflight request', async () => {
    const answer = await exchange(
      emulator.url,
      'OPTIONS /v1/tenants HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: PUT\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toMatch(/access-control-allow/i);
  });
});

describe('hosts that are written otherwise than URLs have them', () => {
  for (const [written, sent] of [
    ['É.example', 'xn--9ca.example'],
    ['Keyfold.TEST', 'keyfold.test'],
    ['[2001:DB8:0:0::7]', '[2001:db8::7]'],
    ['2001:db8::7', '[2001:db8::7]'],
  ] as const)
    it(`${written} is answered to as ${sent}, and so are its pages`, async () => {
      await using emulator = await createEmulator({ allowHosts: [written] });
      const get = (host: string, origin: string): Promise<string> =>
        exchange(
          emulator.url,
          `GET /_emulator/ready HTTP/1.1\r\nHost: ${host}:5390\r\nOrigin: http://${origin}\r\nConnection: close\r\n\r\n`,
        );
      expect(await get(sent, sent)).toMatch(/^HTTP\/1\.1 200 /);
      expect(await get('xn--tda.example', sent)).toMatch(/^HTTP\/1\.1 403 /);
    });
});

describe('the address that the emulator listens on', () => {
  for (const [host, reached] of [
    ['127.0.0.2', '127.0.0.2'],
    ['0.0.0.0', '127.0.0.1'],
  ] as const)
    it(`of ${host} answers at the URL that it tells, and still to no foreign Host`, async () => {
      await using emulator = await createEmulator({ host });
      expect(new URL(emulator.url).hostname).toBe(reached);
      expect((await fetch(`${emulator.url}/_emulator/ready`)).status).toBe(200);
      const foreign = 'GET /_emulator/ready HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
      expect(await exchange(emulator.url, foreign)).toMatch(/^HTTP\/1\.1 403 /);
    });
});
