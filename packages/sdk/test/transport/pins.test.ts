import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { createCertificateAuthority, type KeyKind } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { pinOf } from '../../src/transport/public-key-pins.ts';
import { clientOf, getTenant } from '../support/clients.ts';
import { rejection } from '../support/settle.ts';
import { ConnectProxy } from './support/connect-proxy.ts';
import { connectionOf, goodServer, routes } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

const authority = await createCertificateAuthority();
const ca = [authority.pem];
const { pin: backup } = await goodServer(authority);

const urlOf = ({ port }: { port: number }): string => `https://127.0.0.1:${port}`;

describe('a pin', () => {
  it.each(['ec-p256', 'rsa-2048'] as const)(
    'is what the openssl pipeline prints (%s)',
    async (key: KeyKind) => {
      const { certPem, spkiSha256 } = await authority.issue({ key });
      const pin = pinOf(new X509Certificate(certPem));
      const pipeline =
        'openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl enc -base64';
      expect(pin).toBe(
        `sha256/${execFileSync('sh', ['-c', pipeline], { input: certPem }).toString().trim()}`,
      );
      expect(pin).toBe(spkiSha256);
    },
  );
});

describe.each(routes)('a server whose key is pinned, $title,', (route) => {
  it('is reached when its certificate holds too', async () => {
    const { pin, ...server } = await goodServer(authority);
    await using listener = await TlsListener.start(server);
    await using proxy = await ConnectProxy.start(listener.port);
    const connection = connectionOf(route, proxy);
    await using client = clientOf(urlOf(listener), { tls: { ca, pins: [backup, pin] }, connection });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });

  it('is refused when its certificate does not hold', async () => {
    const { certPem, keyPem, spkiSha256 } = await authority.issue({ dnsNames: ['keyfold.example.com'] });
    await using listener = await TlsListener.start({ cert: certPem, key: keyPem });
    await using proxy = await ConnectProxy.start(listener.port);
    const connection = connectionOf(route, proxy);
    await using client = clientOf(urlOf(listener), { tls: { ca, pins: [backup, spkiSha256] }, connection });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'certificate_wrong_host' });
  });
});

describe.each(routes)('a server whose key is not pinned, $title,', (route) => {
  it('is refused once, with nothing sent, and both pins are said', async () => {
    const { pin: presented, ...server } = await goodServer(authority);
    const { pin: pinned } = await goodServer(authority);
    await using listener = await TlsListener.start(server);
    await using proxy = await ConnectProxy.start(listener.port);
    const connection = connectionOf(route, proxy);
    await using client = clientOf(urlOf(listener), { tls: { ca, pins: [backup, pinned] }, connection });
    const error = await rejection(getTenant(client));
    expect(error).toMatchObject({
      name: 'PinMismatchError',
      code: 'pin_mismatch',
      layer: 'tls',
      attempts: 1,
      presented,
      configured: [backup, pinned],
      cause: { name: 'UnpinnedKey' },
    });
    for (const pin of [presented, backup, pinned]) expect(String(error)).toContain(pin);
    await listener.drained();
    expect([listener.connections, listener.plaintextBytes]).toEqual([1, 0]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is refused also after its key was swapped behind the same session tickets (%s)',
    async (version) => {
      const { pin, ...first } = await goodServer(authority);
      const { pin: _, ...second } = await goodServer(authority);
      const tickets = { ticketKeys: randomBytes(48), minVersion: version, maxVersion: version };
      await using listener = await TlsListener.start({ ...tickets, ...first });
      await using proxy = await ConnectProxy.start(listener.port);
      const connection = connectionOf(route, proxy);
      await using client = clientOf(urlOf(listener), { tls: { ca, pins: [backup, pin] }, connection });
      await getTenant(client);
      listener.swap({ ...tickets, ...second });
      listener.hangUp();
      await listener.drained();
      expect(await rejection(getTenant(client))).toMatchObject({ code: 'pin_mismatch' });
      await listener.drained();
      expect(listener.versions[0]).toBe(version);
      expect([listener.requests, listener.plaintext.slice(1).every((bytes) => bytes === 0)]).toEqual([
        1,
        true,
      ]);
    },
  );
});

it('a session that was begun with one port is not resumed with another', async () => {
  const { pin, ...pinned } = await goodServer(authority);
  const { pin: _, ...other } = await goodServer(authority);
  const ticketKeys = randomBytes(48);
  await using first = await TlsListener.start({ ...pinned, ticketKeys });
  await using second = await TlsListener.start({ ...other, ticketKeys });
  const tls = { ca, pins: [backup, pin] };
  await using toFirst = clientOf(urlOf(first), { tls });
  await using toSecond = clientOf(urlOf(second), { tls });
  expect(await getTenant(toFirst)).toMatchObject({ id: 'acme' });
  expect(await rejection(getTenant(toSecond))).toMatchObject({ code: 'pin_mismatch', attempts: 1 });
  await second.drained();
  expect(second.plaintextBytes).toBe(0);
});

it('no session is resumed without pins either, so that every connection is verified', async () => {
  const { pin: _, ...good } = await goodServer(authority);
  const stranger = await createCertificateAuthority({ commonName: 'Somebody else' });
  const { pin: __, ...bad } = await goodServer(stranger);
  const ticketKeys = randomBytes(48);
  await using listener = await TlsListener.start({ ...good, ticketKeys });
  await using client = clientOf(urlOf(listener), { tls: { ca } });
  await getTenant(client);
  listener.swap({ ...bad, ticketKeys });
  listener.hangUp();
  await listener.drained();
  expect(await rejection(getTenant(client))).toMatchObject({ code: 'certificate_issuer_unknown' });
});

it('a pinned authority in the chain that is sent along does not make a forged certificate good', async () => {
  // The forger has a certificate of a trusted authority for his own key, names the pinned one as its issuer, and sends
  // the pinned one's certificate along, which anybody has.
  const pinned = await createCertificateAuthority({ commonName: 'Pinned authority' });
  const namesake = await createCertificateAuthority({ commonName: 'Pinned authority' });
  const { certPem, keyPem, spkiSha256 } = await namesake.issue({ ipAddresses: ['127.0.0.1'] });
  await using listener = await TlsListener.start({ cert: certPem + pinned.pem, key: keyPem });
  const pins = [pinned.spkiSha256, backup];
  await using both = clientOf(urlOf(listener), { tls: { ca: [namesake.pem], pins } });
  expect(await rejection(getTenant(both))).toMatchObject({ code: 'pin_mismatch', presented: spkiSha256 });
  await using pinnedOnly = clientOf(urlOf(listener), { tls: { ca: [pinned.pem], pins } });
  expect(await rejection(getTenant(pinnedOnly))).toMatchObject({
    layer: 'tls',
    attempts: 1,
    retryable: false,
  });
  await listener.drained();
  expect(listener.plaintextBytes).toBe(0);
});
