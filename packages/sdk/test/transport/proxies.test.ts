import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { Keyfold } from '../../src/index.ts';
import { clientOf, getTenant, testApiKey } from '../support/clients.ts';
import { runScript } from '../support/processes.ts';
import { rejection } from '../support/settle.ts';
import { ConnectProxy } from './support/connect-proxy.ts';
import { goodServer } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

const authority = await createCertificateAuthority();
const stranger = await createCertificateAuthority({ commonName: 'Somebody else' });
const { pin, ...good } = await goodServer(authority);
const { pin: backup, ...goodProxy } = await goodServer(authority);
const ca = [authority.pem];
const oneAttempt = { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxRetryAfterMs: 1 };

const at = ({ port }: ConnectProxy, secure = false) => ({ secure, hostname: '127.0.0.1', port });
const urlOf = ({ port }: { port: number }): string => `https://127.0.0.1:${port}`;

describe('a proxy', () => {
  it('passes on what it cannot read: no header, no path, no key', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    await using client = clientOf(urlOf(listener), { tls: { ca }, connection: { proxy: at(proxy) } });
    await getTenant(client);
    const seen = Buffer.concat(proxy.seen).toString('latin1');
    expect(seen.length).toBeGreaterThan(100);
    for (const secret of [testApiKey, 'authorization', '/v1/', 'acme']) expect(seen).not.toContain(secret);
    const [asked] = proxy.asked;
    expect([asked?.url, asked?.headers.host]).toEqual([
      `127.0.0.1:${listener.port}`,
      `127.0.0.1:${listener.port}`,
    ]);
    expect(asked?.headers).not.toHaveProperty('authorization');
    expect(asked?.headers).not.toHaveProperty('user-agent');
  });

  it('is asked once for a connection that serves many requests', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    await using client = clientOf(urlOf(listener), { tls: { ca }, connection: { proxy: at(proxy) } });
    for (let call = 0; call < 5; call++) await getTenant(client);
    expect([proxy.asked.length, listener.requests]).toEqual([listener.connections, 5]);
    expect(listener.connections).toBeLessThan(5);
  });

  it.each([407, 403, 400])('that refuses with %i is an error of its own, tried once', async (status) => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    proxy.refuseWith = status;
    await using client = clientOf(urlOf(listener), { tls: { ca }, connection: { proxy: at(proxy) } });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'proxy_refused',
      layer: 'transport',
      proxyStatus: status,
      attempts: 1,
    });
    expect([proxy.connections, listener.connections]).toEqual([1, 0]);
  });

  it.each([502, 503, 504])('that cannot reach the server (%i) is worth another attempt', async (status) => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    proxy.refuseWith = status;
    const connection = { proxy: at(proxy) };
    await using client = clientOf(urlOf(listener), { tls: { ca }, connection, retryPolicy: oneAttempt });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'connection_failed', retryable: true });
  });

  it('that answers with something else is not quoted, whatever it repeats', async () => {
    const garbage = createServer((socket) => socket.end('CANARY is no HTTP\r\n\r\n')).listen(0, '127.0.0.1');
    await once(garbage, 'listening');
    const { port } = garbage.address() as AddressInfo;
    const connection = { proxy: { secure: false, hostname: '127.0.0.1', port } };
    await using client = clientOf('https://127.0.0.1:1', { connection, retryPolicy: oneAttempt });
    const error = await rejection(getTenant(client));
    garbage.close();
    expect(error).toMatchObject({ code: 'connection_failed' });
    expect(inspect(error, { depth: 9 })).not.toMatch(/CANARY|43 41 4e 41/);
  });

  it('that is not there is a connection that failed', async () => {
    await using listener = await TlsListener.start(good);
    const gone = await ConnectProxy.start(listener.port);
    const connection = { proxy: at(gone) };
    await gone[Symbol.asyncDispose]();
    await using client = clientOf(urlOf(listener), { tls: { ca }, connection, retryPolicy: oneAttempt });
    const error = await rejection(getTenant(client));
    expect(error).toMatchObject({ code: 'connection_failed', cause: { code: 'ECONNREFUSED' } });
    expect(String(error)).toContain('proxy');
  });
});

describe('a proxy that is spoken to in TLS', () => {
  it('is verified, but it is not the one that is pinned or that sees a client certificate', async () => {
    const { chainPem, keyPem } = await authority.issue({ usage: 'client', commonName: 'the client' });
    await using listener = await TlsListener.start({ ...good, requestCert: true, ca: authority.pem });
    await using proxy = await ConnectProxy.start(listener.port, {
      ...goodProxy,
      requestCert: true,
      ca: authority.pem,
      // As a server: clients without a certificate are let in too, so that the test sees whether one was sent.
      rejectUnauthorized: false,
    });
    await using client = clientOf(urlOf(listener), {
      tls: {
        ca,
        pins: [pin, `sha256/${'A'.repeat(43)}=`],
        clientCertificate: () => ({ cert: chainPem, key: keyPem }),
      },
      connection: { proxy: at(proxy, true) },
    });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect([listener.clients, proxy.clients]).toEqual([['the client'], []]);
  });

  it('gets neither a CONNECT nor a password when its certificate does not hold', async () => {
    const { pin: _, ...badProxy } = await goodServer(stranger);
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port, badProxy);
    const connection = { proxy: { ...at(proxy, true), authorization: 'Basic CANARY' } };
    await using client = clientOf(urlOf(listener), { tls: { ca }, connection });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'certificate_issuer_unknown',
      peer: 'proxy',
      attempts: 1,
    });
    expect([proxy.connections, proxy.asked.length, listener.connections]).toEqual([1, 0, 0]);
  });

  it('does not make up for a server whose key is not pinned', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port, goodProxy);
    const pins = [backup, `sha256/${'A'.repeat(43)}=`]; // the proxy's own key among them
    await using client = clientOf(urlOf(listener), {
      tls: { ca, pins },
      connection: { proxy: at(proxy, true) },
    });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'pin_mismatch', presented: pin });
    await listener.drained();
    expect(listener.plaintextBytes).toBe(0);
  });
});

describe('the user and password of a proxy', () => {
  const proxyUrl = ({ port }: ConnectProxy): string => `http://user:CANARY-password@127.0.0.1:${port}`;

  it('reach the proxy and nothing else', async () => {
    const { chainPem, keyPem } = await authority.issue({ dnsNames: ['keyfold.test'] });
    await using listener = await TlsListener.start({ cert: chainPem, key: keyPem });
    await using proxy = await ConnectProxy.start(listener.port);
    await using keyfold = new Keyfold({
      apiKey: testApiKey,
      baseUrl: 'https://keyfold.test',
      tls: { ca: authority.pem },
      proxy: proxyUrl(proxy),
    });
    expect(await keyfold.tenants.get('acme')).toMatchObject({ id: 'acme' });
    const credentials = `Basic ${Buffer.from('user:CANARY-password').toString('base64')}`;
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(credentials);
    expect(listener.headers[0]).not.toHaveProperty('proxy-authorization');
  });

  it('are in no error', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    proxy.refuseWith = 407;
    await using keyfold = new Keyfold({
      apiKey: testApiKey,
      baseUrl: 'https://keyfold.test',
      tls: { ca: authority.pem },
      proxy: proxyUrl(proxy),
    });
    const { inspect } = await import('node:util');
    const error = await rejection(keyfold.tenants.get('acme'));
    expect(error).toMatchObject({ code: 'proxy_refused' });
    const shown = inspect([error, keyfold], { depth: 12, showHidden: true }) + JSON.stringify(error);
    for (const form of ['CANARY', Buffer.from('user:CANARY-password').toString('base64')]) {
      expect(shown).not.toContain(form);
    }
  });
});

describe('the environment', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('leads through the proxy that %s names', async (name) => {
    const { chainPem, keyPem } = await authority.issue({ dnsNames: ['keyfold.test'] });
    await using listener = await TlsListener.start({ cert: chainPem, key: keyPem });
    await using proxy = await ConnectProxy.start(listener.port);
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
    writeFileSync(join(folder, 'ca.pem'), authority.pem);
    const output = await runScript('connectOnce', {
      KEYFOLD_BASE_URL: 'https://keyfold.test',
      KEYFOLD_CA_BUNDLE: join(folder, 'ca.pem'),
      [name]: `http://127.0.0.1:${proxy.port}`,
    });
    rmSync(folder, { recursive: true });
    expect(output).toBe('connected');
    expect(proxy.asked.map(({ url }) => url)).toEqual(['keyfold.test:443']);
  });

  it('does not lead a call for this machine to a proxy', async () => {
    await using listener = await TlsListener.start(good);
    await using proxy = await ConnectProxy.start(listener.port);
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
    writeFileSync(join(folder, 'ca.pem'), authority.pem);
    const output = await runScript('connectOnce', {
      KEYFOLD_BASE_URL: urlOf(listener),
      KEYFOLD_CA_BUNDLE: join(folder, 'ca.pem'),
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    rmSync(folder, { recursive: true });
    expect([output, proxy.connections]).toEqual(['connected', 0]);
  });
});
