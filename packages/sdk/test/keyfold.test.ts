import { inspect } from 'node:util';
import { decodeFrame } from '@keyfold/protocol';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it, vi } from 'vitest';
import { date, integerId, Keyfold, type KeyfoldOptions, text } from '../src/index.ts';
import { testApiKey } from './support/clients.ts';
import { FakeTime } from './support/fake-time.ts';
import { KeyServer, sendError } from './support/key-server.ts';
import { runScript } from './support/processes.ts';
import { rejection, settle } from './support/settle.ts';

const context = { card: '42' };

function connect(server: KeyServer, options: KeyfoldOptions = {}): Keyfold {
  return new Keyfold({ apiKey: testApiKey, baseUrl: server.url, insecureLoopback: true, ...options });
}

describe('a client', () => {
  it('encrypts and decrypts over HTTPS, with its authority and pin', async () => {
    const authority = await createCertificateAuthority();
    const { certPem, keyPem, spkiSha256 } = await authority.issue({ dnsNames: ['localhost'] });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using keyfold = connect(server, {
      baseUrl: server.url.replace('127.0.0.1', 'localhost'),
      tls: { ca: authority.pem, pins: [spkiSha256, `sha256/${'A'.repeat(43)}=`] },
    });
    const cards = keyfold.tenant('acme').service('billing');
    const token = await cards.encrypt('4111 1111 1111 1111', { context });
    expect(await cards.decrypt(token, { context, as: 'text' })).toBe('4111 1111 1111 1111');
  });

  it('makes one request for fifty cold parallel encryptions, and one for fifty cold parallel decryptions', async () => {
    await using server = await KeyServer.start();
    await using writer = connect(server);
    const cards = writer.tenant('acme').service('billing');
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, card) => cards.encrypt(card, { context })),
    );
    expect(server.operations).toEqual(['wrapDataKeys']);

    await using reader = connect(server);
    const opened = await Promise.all(
      tokens.map((token) =>
        reader.tenant('acme').service('billing').decrypt(token, { context, as: 'number' }),
      ),
    );
    expect(opened).toEqual(Array.from({ length: 50 }, (_, card) => card));
    expect(server.operations).toEqual(['wrapDataKeys', 'unwrapDataKeys']);
  });

  it('sends its data key as an attachment of a frame, and the API key in one header only', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    await keyfold.tenant('acme').service('billing').encrypt('x', { context });
    const [request] = server.requests;
    if (request === undefined) throw new Error('There was no request.');
    expect(request.headers).toMatchObject({
      authorization: `Bearer ${testApiKey}`,
      'content-type': 'application/vnd.keyfold.frame',
    });
    const { json, attachments } = decodeFrame(request.body);
    expect(json).toEqual({
      scope: { kind: 'service', id: 'billing' },
      items: [{ commitment: expect.stringMatching(/^[\w-]{43}$/) }],
    });
    expect(attachments.map(({ byteLength }) => byteLength)).toEqual([32]);
    expect(request.url).toBe('/v1/tenants/acme/data-keys/wrap');
  });

  it('keeps working through an outage while leases last, then neither encrypts nor decrypts', async () => {
    const clock = new FakeTime();
    const server = await KeyServer.start();
    await using keyfold = connect(server, { clock, maxAttempts: 1 });
    const cards = keyfold.tenant('acme').service('billing');
    const token = await cards.encrypt('x', { context });
    await cards.decrypt(token, { context });
    await server.stop();
    clock.advance(59_999);
    expect(await cards.decrypt(token, { context })).toBe('x');
    expect(await cards.decrypt(await cards.encrypt('y', { context }), { context })).toBe('y');
    clock.advance(1);
    expect(await rejection(cards.decrypt(token, { context }))).toMatchObject({ code: 'connection_failed' });
    expect(await rejection(cards.encrypt('z', { context }))).toMatchObject({ code: 'connection_failed' });
  });

  it('whose clock stands still still ends its leases', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server, { clock: new FakeTime() });
    const cards = keyfold.tenant('acme').service('billing');
    await cards.encrypt('x', { context });
    const realNow = performance.now.bind(performance);
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => realNow() + 60_000);
    try {
      await cards.encrypt('y', { context });
    } finally {
      spy.mockRestore();
    }
    expect(server.countOf('wrapDataKeys')).toBe(2);
  });

  it('stops at once when the tenant’s root key is refused, and goes on once it is not', async () => {
    const clock = new FakeTime();
    await using server = await KeyServer.start();
    await using keyfold = connect(server, { clock });
    const [cards, other] = [
      keyfold.tenant('acme').service('billing'),
      keyfold.tenant('globex').service('billing'),
    ];
    const token = await cards.encrypt('x', { context });
    const otherToken = await other.encrypt('x', { context });
    await cards.decrypt(token, { context });
    await other.decrypt(otherToken, { context });

    server.authority.refusedTenants.set('acme', 'root_key_denied');
    clock.advance(50_000);
    await cards.encrypt('y', { context }); // still within its lease; renews in the background
    while (server.countOf('wrapDataKeys') < 3) await settle();
    while ((await cards.decrypt(token, { context }).catch(() => 'refused')) !== 'refused') await settle();
    expect(await rejection(cards.decrypt(token, { context }))).toMatchObject({
      code: 'root_key_denied',
      status: 423,
      layer: 'key',
      requestId: 'req-42',
    });
    expect(await rejection(cards.encrypt('z', { context }))).toMatchObject({ code: 'root_key_denied' });
    expect(await other.decrypt(otherToken, { context })).toBe('x');

    server.authority.refusedTenants.clear();
    expect(await cards.decrypt(token, { context })).toBe('x');
  });

  it('stops with all tenants when its API key is revoked', async () => {
    await using server = await KeyServer.start();
    const clock = new FakeTime();
    await using keyfold = connect(server, { clock });
    const cards = keyfold.tenant('acme').service('billing');
    const token = await cards.encrypt('x', { context });
    await cards.decrypt(token, { context });
    server.apiKeys.clear();
    expect(
      await rejection(keyfold.tenant('globex').service('billing').encrypt('y', { context })),
    ).toMatchObject({
      code: 'api_key_invalid',
      status: 401,
    });
    expect(await rejection(cards.decrypt(token, { context }))).toMatchObject({ code: 'api_key_invalid' });
  });

  it('encrypts tables', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    const people = keyfold
      .tenant('acme')
      .service('crm')
      .table('people', { id: integerId('id'), fields: { name: text(), bornAt: date().nullable() } });
    const rows = Array.from({ length: 20 }, (_, id) => ({
      id,
      name: `Name ${id}`,
      bornAt: id % 2 ? new Date(id) : null,
    }));
    await using reader = connect(server);
    const sameTable = reader
      .tenant('acme')
      .service('crm')
      .table('people', { id: integerId('id'), fields: { name: text(), bornAt: date().nullable() } });
    expect(await sameTable.decryptMany(await people.encryptMany(rows))).toEqual(rows);
    expect(server.operations).toEqual(['wrapDataKeys', 'unwrapDataKeys']);
  });

  it('rewraps over the API', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    const cards = keyfold.tenant('acme').service('billing');
    const token = await cards.encrypt('x', { context });
    expect(await keyfold.tenant('acme').services.rotate('billing')).toMatchObject({ activeVersion: 2 });
    const rewrapped = await cards.rewrap(token);
    expect(rewrapped).not.toBe(token);
    expect(await cards.decrypt(rewrapped, { context })).toBe('x');
  });

  it('shows nothing of its key when printed', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    await keyfold.tenant('acme').service('billing').encrypt('x', { context });
    for (const printed of [inspect(keyfold, { depth: 9, showHidden: true }), JSON.stringify(keyfold)]) {
      expect(printed).not.toContain(testApiKey);
    }
  });
});

describe('administration', () => {
  it('creates, gets and lists tenants and services', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    const root = { provider: 'static', keyId: 'root' };
    expect(await keyfold.tenants.create({ id: 'acme', root })).toEqual({ id: 'acme', root });
    expect(await keyfold.tenants.get('acme')).toEqual({ id: 'acme', root });
    expect(await keyfold.tenants.list({ limit: 1, cursor: 'c d' })).toEqual({
      items: [{ id: 'acme', root }],
      next: 'more',
    });
    const { services } = keyfold.tenant('acme');
    const billing = { id: 'billing', tenant: 'acme', activeVersion: 1 };
    expect(await services.create('billing')).toEqual(billing);
    expect(await services.get('billing')).toEqual(billing);
    expect(await services.list()).toEqual({ items: [billing] });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT /v1/tenants/acme',
      'GET /v1/tenants/acme',
      'GET /v1/tenants?limit=1&cursor=c+d',
      'PUT /v1/tenants/acme/services/billing',
      'GET /v1/tenants/acme/services/billing',
      'GET /v1/tenants/acme/services',
    ]);
  });

  it('creates, lists and revokes API keys', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    const created = await keyfold.apiKeys.create({ role: 'application', tenants: ['acme'] });
    expect(created).toMatchObject({
      apiKey: 'kf_application_made-by-the-test',
      role: 'application',
      revokedAt: null,
    });
    expect(created.createdAt).toEqual(new Date('2026-01-02T03:04:05Z'));
    expect((await keyfold.apiKeys.list()).items).toHaveLength(1);
    expect(await keyfold.apiKeys.revoke(created.id)).toBeUndefined();
    expect(await rejection(keyfold.apiKeys.revoke('kf_application_a-whole-key-by-mistake'))).toMatchObject({
      code: 'identifier_invalid',
    });
  });

  it('refuses at once what has no form', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server);
    const wrong = { code: 'invalid_argument' };
    // @ts-expect-error a tenant has a root
    expect(await rejection(keyfold.tenants.create({ id: 'acme' }))).toMatchObject(wrong);
    // @ts-expect-error a tenant is described
    expect(await rejection(keyfold.tenants.create())).toMatchObject(wrong);
    // @ts-expect-error an API key is described
    expect(await rejection(keyfold.apiKeys.create())).toMatchObject(wrong);
    expect(server.requests).toEqual([]);
  });

  it('takes a signal with every call', async () => {
    await using server = await KeyServer.start();
    server.script.push((_, response) => sendError(response, 'service_closed'));
    await using keyfold = connect(server);
    const signal = AbortSignal.abort();
    expect(await rejection(keyfold.tenants.get('acme', { signal }))).toMatchObject({ code: 'call_aborted' });
    expect(server.requests).toEqual([]);
  });

  it('below a path sends its requests there', async () => {
    await using server = await KeyServer.start();
    await using keyfold = connect(server, { baseUrl: `${server.url}/keys/` });
    await rejection(keyfold.tenants.get('acme'));
    expect(server.requests.map(({ url }) => url)).toEqual(['/keys/v1/tenants/acme']);
  });
});

describe('a closed client', () => {
  it('neither encrypts nor decrypts nor calls, and says so', async () => {
    await using server = await KeyServer.start();
    const keyfold = connect(server);
    const cards = keyfold.tenant('acme').service('billing');
    const token = await cards.encrypt('x', { context });
    await cards.decrypt(token, { context });
    await keyfold.close();
    await keyfold.close(); // may be repeated
    const closed = { code: 'client_closed', layer: 'config' };
    expect(await rejection(cards.encrypt('y', { context }))).toMatchObject(closed);
    expect(await rejection(cards.decrypt(token, { context }))).toMatchObject(closed);
    expect(await rejection(cards.rewrap(token))).toMatchObject(closed);
    expect(await rejection(keyfold.tenants.get('acme'))).toMatchObject(closed);
    expect(server.requests).toHaveLength(2);
  });

  it('that was never used closes, too', async () => {
    await using server = await KeyServer.start();
    await connect(server).close();
    expect(server.connections).toBe(0);
  });
});

describe('a process', () => {
  it('ends by itself with warm caches and without close()', async () => {
    await using server = await KeyServer.start();
    const output = await runScript('encryptAndLeave', { KEYFOLD_BASE_URL: server.url });
    expect(output).toBe('round trip: true');
  });
});
