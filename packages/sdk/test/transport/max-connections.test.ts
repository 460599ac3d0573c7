import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { Keyfold } from '../../src/index.ts';
import { clientOf, getTenant, testApiKey } from '../support/clients.ts';
import { FakeTime } from '../support/fake-time.ts';
import { rejection, settle } from '../support/settle.ts';
import { goodServer } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

const authority = await createCertificateAuthority();
const { pin: _, ...good } = await goodServer(authority);
const tls = { ca: [authority.pem] };

describe('the bound on connections', () => {
  it.each([
    ['the one that was set', { maxConnections: 4 }, 4],
    ['64, if none was set', {}, 64],
  ])('holds for 200 calls at once, and all are answered: %s', async (_title, connection, bound) => {
    await using server = await TlsListener.start(good);
    await using client = clientOf(`https://127.0.0.1:${server.port}`, { tls, connection });
    const answers = await Promise.all(Array.from({ length: 200 }, () => getTenant(client)));
    expect(answers).toHaveLength(200);
    expect([server.requests, server.connections]).toEqual([200, bound]);
  });

  it('lets a call that waits for a connection end by its deadline, and sends nothing of it later', async () => {
    const time = new FakeTime();
    await using server = await TlsListener.start(good);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.gate = promise;
    const options = { tls, connection: { maxConnections: 1 }, clock: time, timers: time };
    await using client = clientOf(`https://127.0.0.1:${server.port}`, options);
    const first = getTenant(client);
    await server.requested(1);
    const waiting = client.call('getTenant', { params: { tenant: 'b' }, timeoutMs: 1_000 }, () => 0);
    const ended = rejection(waiting);
    await settle();
    time.advance(1_000);
    expect(await ended).toMatchObject({ code: 'timeout', attempts: 1 });
    resolve();
    await first;
    await getTenant(client);
    expect([server.requests, server.connections]).toEqual([2, 1]);
  });

  it.each([0, 1.5, 1_025])('is checked when the client is made: %s', (maxConnections) => {
    const options = { apiKey: testApiKey, baseUrl: 'https://a.example', maxConnections };
    expect(() => new Keyfold(options)).toThrow(expect.objectContaining({ code: 'option_invalid' }));
  });
});
