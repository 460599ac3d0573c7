import { createCertificateAuthority } from '@keyfold/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRevocationLists } from '../../src/transport/revocation-lists.ts';
import { type TlsErrorCode, tlsFailures } from '../../src/transport/tls-failures.ts';
import type { TlsConfig } from '../../src/transport/tls-settings.ts';
import { clientOf, getTenant } from '../support/clients.ts';
import { KeyServer } from '../support/key-server.ts';
import { runScript } from '../support/processes.ts';
import { rejection } from '../support/settle.ts';
import { type BadCertificate, makeBadCertificates } from './support/bad-certificates.ts';
import { ConnectProxy } from './support/connect-proxy.ts';
import { connectionOf, goodServer, routes } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

// Top level, since the titles of the tests are the cases' own.
const cases = await makeBadCertificates();

function tlsOf({ ca, crl }: BadCertificate): Partial<TlsConfig> {
  const lists = crl === undefined ? undefined : parseRevocationLists(crl);
  return { ca: [ca], ...(lists && { crl: () => lists }) };
}

function urlOf(listener: TlsListener, { hostname }: BadCertificate): string {
  return `https://${hostname ?? '127.0.0.1'}:${listener.port}`;
}

describe('a certificate that', () => {
  describe.each(cases)('$title', (bad) => {
    it.each(routes)(`ends the one attempt as ${bad.code}, with nothing sent, $title`, async (route) => {
      await using listener = await TlsListener.start(bad.server);
      await using proxy = await ConnectProxy.start(listener.port);
      const connection = connectionOf(route, proxy);
      await using client = clientOf(urlOf(listener, bad), { tls: tlsOf(bad), connection });
      const error = await rejection(getTenant(client));
      expect(error).toMatchObject({
        code: bad.code,
        layer: 'tls',
        peer: 'server',
        attempts: 1,
        retryable: false,
        hint: tlsFailures[bad.code].hint,
        cause: expect.any(Error),
      });
      if (bad.nodeCode !== undefined) {
        expect(error).toMatchObject({ nodeCode: bad.nodeCode, cause: { code: bad.nodeCode } });
      }
      await listener.drained();
      expect([listener.connections, listener.plaintextBytes, listener.requests]).toEqual([1, 0, 0]);
      expect(proxy.asked).toHaveLength(route.proxied ? 1 : 0);
    });
  });
});

describe('a certificate that holds', () => {
  it.each(routes)(
    'is seen by the same counters: one connection, and a request in it, $title',
    async (route) => {
      const authority = await createCertificateAuthority();
      await using listener = await TlsListener.start(await goodServer(authority));
      await using proxy = await ConnectProxy.start(listener.port);
      const client = clientOf(`https://127.0.0.1:${listener.port}`, {
        tls: { ca: [authority.pem] },
        connection: connectionOf(route, proxy),
      });
      expect(await getTenant(client)).toMatchObject({ id: 'acme' });
      await client.close();
      await listener.drained();
      expect([listener.connections, listener.requests]).toEqual([1, 1]);
      expect(listener.plaintextBytes).toBeGreaterThan(100);
      expect(listener.protocols).toEqual([route.http2 ? 'h2' : 'http/1.1']);
    },
  );
});

describe('a redirect from a server whose certificate holds', () => {
  it.each([301, 302, 303, 307, 308])(
    'to plain http (%i) is refused, and takes no key along',
    async (status) => {
      const authority = await createCertificateAuthority();
      await using elsewhere = await KeyServer.start();
      await using server = await KeyServer.start(await goodServer(authority));
      server.script.push((_, response) => void response.writeHead(status, { location: elsewhere.url }).end());
      await using client = clientOf(server.url, { tls: { ca: [authority.pem] } });
      expect(await rejection(getTenant(client))).toMatchObject({
        code: 'redirect_refused',
        status,
        attempts: 1,
      });
      expect([server.requests.length, elsewhere.connections]).toEqual([1, 0]);
    },
  );
});

describe('NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment', () => {
  const listeners: TlsListener[] = [];
  const codes: TlsErrorCode[] = [];

  beforeAll(async () => {
    const targets: object[] = [];
    for (const bad of cases) {
      const listener = await TlsListener.start(bad.server);
      listeners.push(listener);
      targets.push({ baseUrl: urlOf(listener, bad), tls: { ca: bad.ca, ...(bad.crl && { crl: bad.crl }) } });
    }
    const output = await runScript('connectEach', {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      TARGETS: JSON.stringify(targets),
    });
    codes.push(...(output.split('\n') as TlsErrorCode[]));
  });

  afterAll(async () => {
    for (const listener of listeners) await listener[Symbol.asyncDispose]();
  });

  it('makes no difference to any of them', () => {
    expect(codes).toEqual(cases.map(({ code }) => code));
    expect(listeners.map(({ connections, plaintextBytes }) => [connections, plaintextBytes])).toEqual(
      cases.map(() => [1, 0]),
    );
  });
});
