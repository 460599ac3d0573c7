import { inspect } from 'node:util';
import { createCertificateAuthority, type IssuedCertificate } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { Keyfold } from '../../src/index.ts';
import type { TlsOptions } from '../../src/transport/connection-options.ts';
import { resolveTls } from '../../src/transport/tls-options.ts';
import type { TlsConfig } from '../../src/transport/tls-settings.ts';
import { clientOf, getTenant, testApiKey } from '../support/clients.ts';
import { rejection } from '../support/settle.ts';
import { ConnectProxy } from './support/connect-proxy.ts';
import { connectionOf, goodServer, routes } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

const authority = await createCertificateAuthority();
const { pin: _, ...good } = await goodServer(authority);
const mutual = { ...good, requestCert: true, rejectUnauthorized: true, ca: authority.pem };
const first = await authority.issue({ usage: 'client', commonName: 'first' });
const second = await authority.issue({ usage: 'client', commonName: 'second' });

const shown = ({ chainPem, keyPem }: IssuedCertificate) => ({ certificate: chainPem, key: keyPem });
const urlOf = ({ port }: { port: number }): string => `https://127.0.0.1:${port}`;

function tlsWith(clientCertificate: TlsOptions['clientCertificate']): TlsConfig {
  return resolveTls({ ca: authority.pem, ...(clientCertificate && { clientCertificate }) }, {});
}

describe.each(routes)('a server that asks for a client certificate, $title,', (route) => {
  it('gets the one that is configured', async () => {
    await using listener = await TlsListener.start(mutual);
    await using proxy = await ConnectProxy.start(listener.port);
    const connection = connectionOf(route, proxy);
    await using client = clientOf(urlOf(listener), { tls: tlsWith(shown(first)), connection });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(listener.clients).toEqual(['first']);
  });

  it('gets a certificate of an intermediate together with that', async () => {
    const below = await authority.issueAuthority();
    const leaf = await below.issue({ usage: 'client', commonName: 'below' });
    await using listener = await TlsListener.start(mutual);
    await using proxy = await ConnectProxy.start(listener.port);
    const connection = connectionOf(route, proxy);
    await using client = clientOf(urlOf(listener), { tls: tlsWith(shown(leaf)), connection });
    await getTenant(client);
    expect(listener.clients).toEqual(['below']);
  });

  it.each([
    ['TLSv1.2', 'tls_handshake_failed'],
    ['TLSv1.3', 'client_certificate_refused'],
  ] as const)('refuses a client without one, which is tried once (%s: %s)', async (version, code) => {
    await using listener = await TlsListener.start({ ...mutual, minVersion: version, maxVersion: version });
    await using proxy = await ConnectProxy.start(listener.port);
    const connection = connectionOf(route, proxy);
    await using client = clientOf(urlOf(listener), { tls: tlsWith(undefined), connection });
    expect(await rejection(getTenant(client))).toMatchObject({
      code,
      layer: 'tls',
      attempts: 1,
      hint: expect.stringContaining('tls.clientCertificate'),
    });
    expect([listener.connections, listener.requests]).toEqual([1, 0]);
  });

  it('gets a renewed one on new connections, while calls under the old one end well', async () => {
    let now = first;
    let monotonicMs = 0;
    await using listener = await TlsListener.start(mutual);
    await using proxy = await ConnectProxy.start(listener.port);
    const open = Promise.withResolvers<void>();
    listener.gate = open.promise;
    const connection = {
      ...connectionOf(route, proxy),
      maxConnectionAgeMs: 60_000,
      monotonicMs: () => monotonicMs,
    };
    await using client = clientOf(urlOf(listener), { tls: tlsWith(async () => shown(now)), connection });
    const early = getTenant(client);
    await listener.requested(1);
    now = second;
    monotonicMs = 60_001;
    const late = getTenant(client);
    await listener.requested(2);
    open.resolve();
    expect(await Promise.all([early, late])).toMatchObject([{ id: 'acme' }, { id: 'acme' }]);
    expect(listener.clients).toEqual(['first', 'second']);
  });
});

it('the key is in no error, and in nothing that the client prints', async () => {
  const canary = first.keyPem.split('\n')[1] ?? '';
  const { pin: __, ...bad } = await goodServer(
    await createCertificateAuthority({ commonName: 'Somebody else' }),
  );
  await using listener = await TlsListener.start({ ...bad, requestCert: true });
  await using keyfold = new Keyfold({
    apiKey: testApiKey,
    baseUrl: urlOf(listener),
    tls: { ca: authority.pem, clientCertificate: shown(first) },
  });
  const errors = [
    await rejection(keyfold.tenants.get('acme')),
    await rejection(
      (async () => tlsWith({ certificate: second.chainPem, key: first.keyPem, passphrase: canary }))(),
    ),
  ];
  expect(errors).toMatchObject([
    { code: 'certificate_issuer_unknown' },
    { code: 'client_certificate_invalid' },
  ]);
  expect(canary.length).toBeGreaterThan(40);
  expect(inspect([errors, keyfold], { depth: 12, showHidden: true }) + JSON.stringify(errors)).not.toContain(
    canary,
  );
});

describe('a function that gives the client certificate', () => {
  it('ends the call, before anything is connected, when it fails', async () => {
    await using listener = await TlsListener.start(mutual);
    const failing = tlsWith(() => Promise.reject(new Error('The file is gone.')));
    await using client = clientOf(urlOf(listener), { tls: failing });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'client_certificate_invalid',
      layer: 'config',
      cause: { message: 'The file is gone.' },
    });
    expect(listener.connections).toBe(0);
  });

  it('ends the call when what it gives is no certificate, and is asked again by the next', async () => {
    let now = { certificate: 'none', key: 'none' };
    await using listener = await TlsListener.start(mutual);
    await using client = clientOf(urlOf(listener), { tls: tlsWith(() => now) });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'client_certificate_invalid' });
    now = shown(second);
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    expect(listener.clients).toEqual(['second']);
  });

  it.each(['text', 'bytes'])('may replace what is in the object that it gives (%s)', async (kind) => {
    const { chainPem, keyPem } = first;
    const holder = { certificate: [chainPem], key: kind === 'text' ? keyPem : Buffer.from(`${keyPem}\n\n`) };
    await using listener = await TlsListener.start(mutual);
    await using client = clientOf(urlOf(listener), { tls: tlsWith(() => holder) });
    await getTenant(client);
    holder.certificate[0] = second.chainPem;
    if (typeof holder.key === 'string') holder.key = second.keyPem;
    else holder.key.fill('\n').write(second.keyPem);
    listener.hangUp();
    await listener.drained();
    await getTenant(client);
    expect(listener.clients).toEqual(['first', 'second']);
  });

  it('that gives the same content again costs no check and no secure context', async () => {
    const { clientCertificate } = tlsWith(() => ({ ...shown(first), key: Buffer.from(first.keyPem) }));
    expect(await clientCertificate?.()).toBe(await clientCertificate?.());
  });

  it('that never ends is ended with the attempt to connect', async () => {
    await using listener = await TlsListener.start(mutual);
    const stuck = tlsWith(() => new Promise(() => undefined));
    await using client = clientOf(urlOf(listener), {
      tls: stuck,
      connection: { connectTimeoutMs: 20 },
      retryPolicy: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxRetryAfterMs: 1 },
    });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'connection_failed' });
    expect(listener.connections).toBe(0);
  });
});

describe('a function that never gives the client certificate', () => {
  it('keeps no tunnel through a proxy open', async () => {
    await using listener = await TlsListener.start(mutual);
    await using proxy = await ConnectProxy.start(listener.port);
    await using client = clientOf(urlOf(listener), {
      tls: tlsWith(() => new Promise(() => undefined)),
      connection: { connectTimeoutMs: 20, proxy: { secure: false, hostname: '127.0.0.1', port: proxy.port } },
      retryPolicy: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1, maxRetryAfterMs: 1 },
    });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'connection_failed' });
    await proxy.drained();
    expect(proxy.connections).toBe(0);
  });
});

describe('a function that gives revocation lists', () => {
  it('is asked for each connection, so that a new revocation counts without a restart', async () => {
    const { chainPem, keyPem, serialNumber } = await authority.issue({ ipAddresses: ['127.0.0.1'] });
    let list = await authority.revocationList();
    await using listener = await TlsListener.start({ cert: chainPem, key: keyPem });
    const tls = resolveTls({ ca: authority.pem, crl: async () => list }, {});
    await using client = clientOf(urlOf(listener), { tls });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    list = await authority.revocationList({ revoked: [{ serialNumber }] });
    listener.hangUp();
    await listener.drained();
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'certificate_revoked' });
  });

  it.each<[string, (list: string) => string | Uint8Array]>([
    ['a list of texts', (list) => list],
    ['a list of bytes', (list) => Buffer.from(list)],
  ])('may replace what is in the list that it gives: %s', async (_, as) => {
    const { chainPem, keyPem, serialNumber } = await authority.issue({ ipAddresses: ['127.0.0.1'] });
    const lists = [as(await authority.revocationList())];
    await using listener = await TlsListener.start({ cert: chainPem, key: keyPem });
    const tls = resolveTls({ ca: authority.pem, crl: () => lists }, {});
    await using client = clientOf(urlOf(listener), { tls });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    lists[0] = as(await authority.revocationList({ revoked: [{ serialNumber }] }));
    listener.hangUp();
    await listener.drained();
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('may refill the buffer that it gives', async () => {
    const { chainPem, keyPem, serialNumber } = await authority.issue({ ipAddresses: ['127.0.0.1'] });
    const revoking = await authority.revocationList({ revoked: [{ serialNumber }] });
    const buffer = Buffer.from((await authority.revocationList()).padEnd(revoking.length, '\n'));
    await using listener = await TlsListener.start({ cert: chainPem, key: keyPem });
    const tls = resolveTls({ ca: authority.pem, crl: () => buffer }, {});
    await using client = clientOf(urlOf(listener), { tls });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    buffer.write(revoking);
    listener.hangUp();
    await listener.drained();
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('that gives the same content again costs no parsing and no secure context', async () => {
    const list = await authority.revocationList();
    const { crl } = resolveTls({ ca: authority.pem, crl: () => [Buffer.from(list), list] }, {});
    expect(await crl?.()).toBe(await crl?.());
  });

  it('ends the call, with the cause, when it fails', async () => {
    await using listener = await TlsListener.start(good);
    const tls = resolveTls({ ca: authority.pem, crl: () => Promise.reject(new Error('No list.')) }, {});
    await using client = clientOf(urlOf(listener), { tls });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'crl_invalid',
      cause: { message: 'No list.' },
    });
  });

  it('that has grown old ends connections by its own name', async () => {
    const day = 86_400_000;
    const old = await authority.revocationList({
      thisUpdate: new Date(Date.now() - 2 * day),
      nextUpdate: new Date(Date.now() - day),
    });
    await using listener = await TlsListener.start(good);
    await using client = clientOf(urlOf(listener), {
      tls: resolveTls({ ca: authority.pem, crl: () => old }, {}),
    });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'revocation_list_out_of_date',
      nodeCode: 'CRL_HAS_EXPIRED',
    });
    await listener.drained();
    expect(listener.plaintextBytes).toBe(0);
  });
});
