import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority } from '@keyfold/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as overFetch from '../../src/fetch/index.ts';
import {
  createRemoteKeySet,
  date,
  integerId,
  Keyfold,
  type KeyfoldOptions,
  text,
} from '../../src/fetch/index.ts';
import * as everything from '../../src/index.ts';
import { createFetchTransport } from '../../src/transport/fetch-transport.ts';
import { testApiKey } from '../support/clients.ts';
import { KeyServer } from '../support/key-server.ts';
import { runScript } from '../support/processes.ts';
import { rejection } from '../support/settle.ts';
import { ConnectProxy } from './support/connect-proxy.ts';
import { transportContract } from './support/contract.ts';
import { TlsListener } from './support/tls-listener.ts';

describe('the transport over fetch', () => {
  transportContract((origin) => createFetchTransport({ origin, fetch: (url, init) => fetch(url, init) }));

  it('asks for no cookies, no cache and no referrer, where the runtime knows of them', async () => {
    const asked: RequestInit[] = [];
    const transport = createFetchTransport({
      origin: 'https://keyfold.example.com',
      fetch: async (_, init) => {
        asked.push(init);
        return new Response('x');
      },
    });
    const call = { operation: 'getTenant', attempts: 1 } as const;
    const { signal } = new AbortController();
    await transport.send({ method: 'GET', path: '/', headers: {}, signal, maxResponseBytes: 9, call });
    expect(asked).toMatchObject([
      { redirect: 'manual', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' },
    ]);
  });

  it('refuses a redirect that a browser hides', async () => {
    const hidden = Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });
    const transport = createFetchTransport({ origin: 'https://a.example', fetch: async () => hidden });
    const call = { operation: 'getTenant', attempts: 1 } as const;
    const { signal } = new AbortController();
    const request = { method: 'GET', path: '/', headers: {}, signal, maxResponseBytes: 9, call };
    expect(await rejection(transport.send(request))).toMatchObject({ code: 'redirect_refused' });
  });

  it.each([
    [
      'certificate expired: verification time 2 (UNIX), but certificate is not valid after 1',
      'certificate_expired',
    ],
    ['certificate not valid yet: verification time 1 (UNIX)', 'certificate_not_yet_valid'],
    [
      'certificate not valid for name "localhost"; certificate is only valid for DnsName("a.example")',
      'certificate_wrong_host',
    ],
    ['UnknownIssuer', 'certificate_issuer_unknown'],
    ['certificate does not allow extended key usage for server authentication', 'certificate_wrong_purpose'],
    ['BadSignature', 'certificate_signature_invalid'],
    ['Revoked', 'certificate_revoked'],
    ['SomethingNew', 'certificate_rejected'],
  ])('knows what Deno means by %j', async (words, code) => {
    const cause = new Error(`client error (Connect): invalid peer certificate: ${words}`);
    const failing = async () => Promise.reject(new TypeError('fetch failed', { cause }));
    const transport = createFetchTransport({ origin: 'https://a.example', fetch: failing });
    const call = { operation: 'getTenant', attempts: 1 } as const;
    const { signal } = new AbortController();
    const request = { method: 'GET', path: '/', headers: {}, signal, maxResponseBytes: 9, call };
    expect(await rejection(transport.send(request))).toMatchObject({ code, layer: 'tls', retryable: false });
  });

  it('wipes its copy of what was sent and the pieces of what came', async () => {
    const bodies: unknown[] = [];
    const piece = new Uint8Array([7, 7, 7]);
    const transport = createFetchTransport({
      origin: 'https://a.example',
      fetch: async (_, { body }) => {
        bodies.push(body);
        return new Response(ReadableStream.from([piece]));
      },
    });
    const call = { operation: 'getTenant', attempts: 1 } as const;
    const { signal } = new AbortController();
    const body = new Uint8Array([7, 7]);
    const request = { method: 'POST', path: '/', headers: {}, body, signal, maxResponseBytes: 9, call };
    const answer = await transport.send(request);
    expect([[...answer.body], [...piece], [...body]]).toEqual([
      [7, 7, 7],
      [0, 0, 0],
      [7, 7],
    ]);
    expect(bodies).toEqual([new Uint8Array(2)]);
  });
});

describe('the client over fetch', () => {
  const options = { apiKey: testApiKey, baseUrl: 'https://keyfold.example.com' };
  const pins = [1, 2].map((byte) => `sha256/${Buffer.alloc(32, byte).toString('base64')}`);

  it.each<[string, Partial<KeyfoldOptions>]>([
    ['tls.pins', { tls: { pins } }],
    ['tls.ca', { tls: { ca: 'pem' } }],
    ['tls.caMode', { tls: { caMode: 'append' } }],
    ['tls.crl', { tls: { crl: 'pem' } }],
    ['tls.minVersion', { tls: { minVersion: 'TLSv1.3' } }],
    ['tls.clientCertificate', { tls: { clientCertificate: { certificate: 'pem', key: 'pem' } } }],
    ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: true } as object }],
    ['proxy', { proxy: 'http://proxy.example.com' }],
    ['proxy', { proxy: false }],
    ['http2', { http2: true }],
    ['maxConnections', { maxConnections: 8 }],
  ])('refuses %s when it is made', (name, refused) => {
    expect(() => new Keyfold({ ...options, ...refused })).toThrow(
      expect.objectContaining({
        code: 'option_unsupported',
        message: expect.stringContaining(`${name} `),
        hint: expect.stringContaining('Node.js'),
      }),
    );
  });

  it.each(['KEYFOLD_CA_BUNDLE', 'NODE_TLS_REJECT_UNAUTHORIZED'])(
    'refuses %s in the environment',
    async (name) => {
      const output = await runScript('connectOverFetch', {
        TARGETS: JSON.stringify([options]),
        [name]: name === 'KEYFOLD_CA_BUNDLE' ? '/etc/ca.pem' : '0',
      });
      expect(output).toBe('option_unsupported');
    },
  );

  it('sends nothing once verification was switched off behind its back', async () => {
    await using keyfold = new Keyfold({ ...options, baseUrl: 'https://127.0.0.1:1' });
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const error = await rejection(keyfold.tenants.get('acme'));
    vi.unstubAllEnvs();
    expect(error).toMatchObject({ code: 'option_unsupported' });
  });

  describe('over plain http, which fetch takes to a proxy of the environment', () => {
    const clear = { ...options, baseUrl: 'http://127.0.0.1:1', insecureLoopback: true, maxAttempts: 1 };
    const proxy = 'http://CANARY:password@127.0.0.1:1';
    const refused = expect.objectContaining({
      code: 'option_unsupported',
      message: expect.stringMatching(/^(?!.*CANARY).*PROXY/i),
    });
    afterEach(() => {
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
    });

    it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])('refuses %s', (name) => {
      vi.stubEnv(name, proxy);
      expect(() => new Keyfold(clear)).toThrow(refused);
      expect(() => createRemoteKeySet({ url: `${clear.baseUrl}/jwks`, insecureLoopback: true })).toThrow(
        refused,
      );
    });

    it.each<[string, string, Readonly<Record<string, string>>]>([
      ['127.0.0.1', 'the address', { NO_PROXY: '127.0.0.1' }],
      ['127.0.0.1', 'the address among others', { no_proxy: 'a.example, 127.0.0.1 ,b.example' }],
      ['127.0.0.1', 'the address in both lists', { NO_PROXY: '127.0.0.1', no_proxy: 'a,127.0.0.1' }],
      ['localhost', 'the name', { NO_PROXY: 'localhost,127.0.0.1,::1' }],
      ['[::1]', 'the address in both its spellings', { NO_PROXY: '::1,[::1]' }],
    ])('takes %s where NO_PROXY has %s', async (host, _, lists) => {
      for (const [name, list] of Object.entries({ HTTP_PROXY: proxy, ...lists })) vi.stubEnv(name, list);
      await using keyfold = new Keyfold({ ...clear, baseUrl: `http://${host}:1` });
      expect(await rejection(keyfold.tenants.get('acme'))).toMatchObject({ code: 'connection_failed' });
    });

    it.each<[string, string, Readonly<Record<string, string>>]>([
      ['127.0.0.1', 'nothing', { NO_PROXY: '' }],
      ['127.0.0.1', 'everything', { NO_PROXY: '*' }],
      ['127.0.0.1', 'a network', { NO_PROXY: '127.0.0.0/8' }],
      ['127.0.0.1', 'the port too', { NO_PROXY: '127.0.0.1:1' }],
      ['127.0.0.1', 'spaces between', { NO_PROXY: 'localhost 127.0.0.1' }],
      ['127.0.0.1', 'another list beside it', { NO_PROXY: '127.0.0.1', no_proxy: 'a.example' }],
      ['127.0.0.1', 'an empty list beside it', { NO_PROXY: '', no_proxy: '127.0.0.1' }],
      ['localhost', 'capital letters', { NO_PROXY: 'LOCALHOST' }],
      ['localhost', 'its address', { NO_PROXY: '127.0.0.1' }],
      ['[::1]', 'no brackets', { NO_PROXY: '::1' }],
      ['[::1]', 'brackets only', { NO_PROXY: '[::1]' }],
    ])('refuses %s where NO_PROXY has what runtimes read differently: %s', (host, _, lists) => {
      for (const [name, list] of Object.entries({ HTTP_PROXY: proxy, ...lists })) vi.stubEnv(name, list);
      expect(() => new Keyfold({ ...clear, baseUrl: `http://${host}:1` })).toThrow(refused);
    });

    it('sends nothing once a proxy was named behind its back', async () => {
      const fetching = vi.fn();
      await using keyfold = new Keyfold(clear);
      vi.stubGlobal('fetch', fetching);
      vi.stubEnv('HTTP_PROXY', proxy);
      expect(await rejection(keyfold.tenants.get('acme'))).toEqual(refused);
      expect(fetching).not.toHaveBeenCalled();
    });

    it('refuses to go by variables that Deno keeps from the program', async () => {
      const granted = new Set(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']);
      const querySync = ({ variable }: { variable: string }) => ({
        state: granted.has(variable) ? 'granted' : 'prompt',
      });
      vi.stubGlobal('Deno', { permissions: { querySync } });
      await using keyfold = new Keyfold(clear);
      vi.stubEnv('HTTP_PROXY', proxy);
      vi.stubEnv('NO_PROXY', '127.0.0.1');
      expect(() => new Keyfold(clear)).toThrow(refused); // NO_PROXY may say anything
      vi.unstubAllEnvs();
      granted.delete('all_proxy');
      expect(() => new Keyfold(clear)).toThrow(refused);
      expect(await rejection(keyfold.tenants.get('acme'))).toEqual(refused);
    });

    it('shows a proxy nothing; over https it is passed bytes that it cannot read', async () => {
      const authority = await createCertificateAuthority();
      const { chainPem: cert, keyPem: key } = await authority.issue({ ipAddresses: ['127.0.0.1'] });
      await using clearServer = await KeyServer.start();
      await using server = await KeyServer.start({ cert, key });
      await using passing = await ConnectProxy.start(Number(new URL(server.url).port));
      const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
      writeFileSync(join(folder, 'ca.pem'), authority.pem);
      const url = `http://127.0.0.1:${passing.port}`;
      const environment = {
        TARGETS: JSON.stringify([
          { baseUrl: clearServer.url, insecureLoopback: true },
          { baseUrl: server.url },
        ]),
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: url,
        HTTPS_PROXY: url,
      };
      const output = await runScript('connectOverFetch', environment);
      expect(output.split('\n')).toEqual(['option_unsupported', 'connected']);
      expect(passing.asked.map((request) => request.url)).toEqual([new URL(server.url).host]);
      expect(Buffer.concat(passing.seen).includes(testApiKey)).toBe(false);
      const excepted = await runScript('connectOverFetch', { ...environment, NO_PROXY: '127.0.0.1' });
      rmSync(folder, { recursive: true });
      expect(excepted.split('\n')).toEqual(['connected', 'connected']);
      expect(passing.connections).toBe(1);
    });
  });

  it('takes options that ask for nothing', async () => {
    await using keyfold = new Keyfold({ ...options, tls: {} });
    expect(keyfold).toBeInstanceOf(Keyfold);
  });

  it('encrypts and decrypts values and rows that the other client reads', async () => {
    await using server = await KeyServer.start();
    const local = { apiKey: testApiKey, baseUrl: server.url, insecureLoopback: true };
    await using keyfold = new Keyfold(local);
    await using other = new everything.Keyfold(local);
    const context = { card: '42' };
    const token = await keyfold.tenant('acme').service('billing').encrypt('4111', { context });
    const schema = { id: integerId('id'), fields: { ssn: text(), bornAt: date() } };
    const row = { id: 7, ssn: '078-05-1120', bornAt: new Date(0) };
    const stored = await keyfold.tenant('acme').service('billing').table('people', schema).encrypt(row);
    for (const client of [keyfold, other]) {
      const billing = client.tenant('acme').service('billing');
      expect(await billing.decrypt(token, { context, as: 'text' })).toBe('4111');
      expect(await billing.table('people', schema).decrypt(stored)).toEqual(row);
    }
  });

  it('is verified by the runtime: tried once, with the same codes and nothing sent', async () => {
    const day = 86_400_000;
    const authority = await createCertificateAuthority();
    const stranger = await createCertificateAuthority({ commonName: 'Somebody else' });
    const ipAddresses = ['127.0.0.1'];
    const notBefore = new Date(Date.now() - 2 * day);
    const leaves = [
      await authority.issue({ ipAddresses }),
      await authority.issue({ ipAddresses, notBefore, notAfter: new Date(Date.now() - day) }),
      await authority.issue({ dnsNames: ['keyfold.example.com'] }),
      await stranger.issue({ ipAddresses }),
    ];
    const listeners: TlsListener[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
    writeFileSync(join(folder, 'ca.pem'), authority.pem);
    try {
      for (const { chainPem, keyPem } of leaves) {
        listeners.push(await TlsListener.start({ cert: chainPem, key: keyPem }));
      }
      const output = await runScript('connectOverFetch', {
        TARGETS: JSON.stringify(listeners.map(({ port }) => ({ baseUrl: `https://127.0.0.1:${port}` }))),
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      });
      expect(output.split('\n')).toEqual([
        'connected',
        'certificate_expired',
        'certificate_wrong_host',
        'certificate_issuer_unknown',
      ]);
      await Promise.all(listeners.map((listener) => listener.drained()));
      expect(
        listeners.slice(1).map(({ connections, plaintextBytes }) => [connections, plaintextBytes]),
      ).toEqual([
        [1, 0],
        [1, 0],
        [1, 0],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
      for (const listener of listeners) await listener[Symbol.asyncDispose]();
    }
  });
});

describe('the entry point for fetch', () => {
  const source = fileURLToPath(new URL('../../src/', import.meta.url));

  it('exports what the other one does', () => {
    expect(Object.keys(overFetch).sort()).toEqual(Object.keys(everything).sort());
  });

  it('imports nothing of Node’s and no package but our own, however far one follows', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const specifiers = readFileSync(file, 'utf8').matchAll(
        /^(?:import|export|\}).* from '([^']+)'|\bimport\('([^']+)'\)/gm,
      );
      for (const [, fixed, dynamic] of specifiers) {
        const specifier = fixed ?? dynamic ?? '';
        if (specifier.startsWith('.')) visit(resolve(dirname(file), specifier));
        else packages.add(specifier);
      }
    };
    visit(join(source, 'fetch', 'index.ts'));
    expect(seen.size).toBeGreaterThan(40);
    expect([...packages].sort()).toEqual([
      '@keyfold/crypto-core',
      '@keyfold/crypto-core/web',
      '@keyfold/protocol',
    ]);
  });

  it('is what runtimes get whose own TLS cannot be told what to do', () => {
    const manifest: unknown = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    const overFetchFiles = { types: './dist/fetch/index.d.ts', default: './dist/fetch/index.js' };
    expect(manifest).toMatchObject({
      exports: {
        '.': { workerd: overFetchFiles, deno: overFetchFiles, bun: overFetchFiles, browser: overFetchFiles },
        './fetch': overFetchFiles,
      },
    });
  });
});
