import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '@keyfold/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOf, getTenant } from '../support/clients.ts';
import { runScript } from '../support/processes.ts';
import { selfSigned } from '../support/self-signed.ts';
import { goodServer } from './support/routes.ts';
import { TlsListener } from './support/tls-listener.ts';

const authority = await createCertificateAuthority();
const other = await createCertificateAuthority({ commonName: 'Another authority' });
const { pin: _, ...good } = await goodServer(authority);
const urlOf = ({ port }: { port: number }): string => `https://127.0.0.1:${port}`;

let folder: string;
let extraCas: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
  extraCas = join(folder, 'extra.pem');
  writeFileSync(extraCas, authority.pem);
});

afterAll(() => rmSync(folder, { recursive: true }));

it('an authority that is passed vouches for a server, and so does one of several', async () => {
  await using listener = await TlsListener.start(good);
  for (const ca of [[authority.pem], [other.pem, authority.pem]]) {
    for (const caMode of ['replace', 'append'] as const) {
      await using client = clientOf(urlOf(listener), { tls: { ca, caMode } });
      expect(await getTenant(client)).toMatchObject({ id: 'acme' });
    }
  }
});

it('a certificate that vouches for itself is good where it is passed as authority, and nowhere else', async () => {
  const { certPem, keyPem } = selfSigned('rsa');
  await using listener = await TlsListener.start({ cert: certPem, key: keyPem });
  await using client = clientOf(urlOf(listener), { tls: { ca: [certPem] } });
  expect(await getTenant(client)).toMatchObject({ id: 'acme' });
});

/** What is passed to the client, whether NODE_EXTRA_CA_CERTS names the server's authority, and what comes of it. */
it.each([
  ['nothing is passed: the runtime’s own, with NODE_EXTRA_CA_CERTS', {}, true, 'connected'],
  ['nothing is passed: the runtime’s own alone', {}, false, 'certificate_issuer_unknown'],
  [
    'others replace the runtime’s own and NODE_EXTRA_CA_CERTS',
    { ca: other.pem },
    true,
    'certificate_issuer_unknown',
  ],
  ['others are appended to them', { ca: other.pem, caMode: 'append' }, true, 'connected'],
  ['others are appended', { ca: other.pem, caMode: 'append' }, false, 'certificate_issuer_unknown'],
])('the authorities that count where %s', async (_, tls, extra, outcome) => {
  await using listener = await TlsListener.start(good);
  const output = await runScript('connectEach', {
    TARGETS: JSON.stringify([{ baseUrl: urlOf(listener), tls }]),
    ...(extra && { NODE_EXTRA_CA_CERTS: extraCas }),
  });
  expect(output).toBe(outcome);
});

it('a server without TLS is told apart from one whose certificate does not hold', async () => {
  const { KeyServer } = await import('../support/key-server.ts');
  await using server = await KeyServer.start();
  await using client = clientOf(server.url.replace('http:', 'https:'), { tls: { ca: [authority.pem] } });
  await expect(getTenant(client)).rejects.toMatchObject({ code: 'tls_handshake_failed', attempts: 1 });
});

it.each([
  ['TLSv1.2', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLSv1.2', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
] as const)('%s with forward secrecy and an AEAD is spoken (%s)', async (version, ciphers) => {
  const { certPem, keyPem } = await authority.issue({ ipAddresses: ['127.0.0.1'], key: 'rsa-2048' });
  const settings = { cert: certPem, key: keyPem, minVersion: version, maxVersion: version, ciphers };
  await using listener = await TlsListener.start(settings);
  await using client = clientOf(urlOf(listener), { tls: { ca: [authority.pem] } });
  await getTenant(client);
  expect(listener.versions).toEqual([version]);
});

it('TLS 1.3 is spoken wherever the server can, and alone where that is asked for', async () => {
  await using both = await TlsListener.start(good);
  await using client = clientOf(urlOf(both), { tls: { ca: [authority.pem] } });
  await getTenant(client);
  expect(both.versions).toEqual(['TLSv1.3']);
  await using old = await TlsListener.start({ ...good, maxVersion: 'TLSv1.2' });
  await using strict = clientOf(urlOf(old), { tls: { ca: [authority.pem], minVersion: 'TLSv1.3' } });
  await expect(getTenant(strict)).rejects.toMatchObject({ code: 'tls_version_unsupported', attempts: 1 });
});
