import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority, type TestAuthority } from '@keyfold/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { pinOf } from '../src/public-key-pins.ts';
import { clientOf, getTenant } from './support/clients.ts';
import { KeyServer } from './support/key-server.ts';
import { runScript } from './support/processes.ts';
import { selfSigned } from './support/self-signed.ts';
import { rejection } from './support/settle.ts';

const day = 86_400_000;
const ipAddresses = ['127.0.0.1'];
let authority: TestAuthority;
let stranger: TestAuthority;

beforeAll(async () => {
  authority = await createCertificateAuthority();
  stranger = await createCertificateAuthority({ commonName: 'Somebody else' });
});

describe('a server with a good certificate', () => {
  it('is reached when its authority is passed', async () => {
    const { certPem, keyPem } = await authority.issue({ ipAddresses });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [authority.pem] } });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });

  it('is reached when one of several authorities passed is its own, also appended to the defaults', async () => {
    const { certPem, keyPem } = await authority.issue({ ipAddresses });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, {
      tls: { ca: [stranger.pem, authority.pem], caMode: 'append' },
    });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });

  it('is reached when its key is one of the pinned ones', async () => {
    const { certPem, keyPem, spkiSha256 } = await authority.issue({ ipAddresses });
    const backup = (await authority.issue()).spkiSha256;
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [authority.pem], pins: [backup, spkiSha256] } });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });
});

describe('a server whose certificate does not hold', () => {
  /** Each: what is wrong, and what Node calls it. */
  const cases: readonly [string, string, () => Promise<{ certPem: string; keyPem: string }>][] = [
    ['an unknown authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', () => stranger.issue({ ipAddresses })],
    [
      'another host’s name',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      () => authority.issue({ dnsNames: ['localhost'] }),
    ],
    [
      'a time that is over',
      'CERT_HAS_EXPIRED',
      () =>
        authority.issue({
          ipAddresses,
          notBefore: new Date(Date.now() - 2 * day),
          notAfter: new Date(Date.now() - day),
        }),
    ],
    [
      'a time that has not begun',
      'CERT_NOT_YET_VALID',
      () => authority.issue({ ipAddresses, notBefore: new Date(Date.now() + day / 2) }),
    ],
    ['no authority but itself', 'DEPTH_ZERO_SELF_SIGNED_CERT', async () => selfSigned()],
    [
      'a purpose other than a server’s',
      'INVALID_PURPOSE',
      () => authority.issue({ ipAddresses, usage: 'client' }),
    ],
  ];

  it.each(cases)('because of %s (%s) is tried once and sent nothing', async (_, nodeCode, issue) => {
    const { certPem, keyPem } = await issue();
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [authority.pem] } });
    expect(await rejection(getTenant(client))).toMatchObject({
      name: 'CertificateError',
      code: 'certificate_rejected',
      layer: 'tls',
      nodeCode,
      attempts: 1,
      retryable: false,
      cause: { code: nodeCode },
      hint: expect.stringContaining('tls.ca'),
    });
    expect(server.connections).toBe(1);
    expect(server.requests).toHaveLength(0);
  });

  it('is refused also when other authorities are appended to the defaults', async () => {
    const { certPem, keyPem } = await authority.issue({ ipAddresses });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [stranger.pem], caMode: 'append' } });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'certificate_rejected' });
  });
});

describe('a server whose key is not pinned', () => {
  it('is refused although its certificate holds, and both pins are said', async () => {
    const { certPem, keyPem, spkiSha256 } = await authority.issue({ ipAddresses });
    const pinned = (await authority.issue()).spkiSha256;
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [authority.pem], pins: [pinned] } });
    const error = await rejection(getTenant(client));
    expect(error).toMatchObject({
      name: 'PinMismatchError',
      code: 'pin_mismatch',
      layer: 'tls',
      attempts: 1,
      presented: spkiSha256,
      configured: [pinned],
    });
    expect(String(error)).toContain(spkiSha256);
    expect(server.connections).toBe(1);
    expect(server.requests).toHaveLength(0);
  });

  it('is not accepted because its pin matches when the certificate itself does not hold', async () => {
    const { certPem, keyPem, spkiSha256 } = await authority.issue({ dnsNames: ['localhost'] });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [authority.pem], pins: [spkiSha256] } });
    expect(await rejection(getTenant(client))).toMatchObject({ nodeCode: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is refused after a swap of keys between two connections, session tickets or not (%s)',
    async (version) => {
      const first = await authority.issue({ ipAddresses });
      const second = await authority.issue({ ipAddresses });
      const settings = { ticketKeys: randomBytes(48), minVersion: version, maxVersion: version };
      await using server = await KeyServer.start({ ...settings, cert: first.certPem, key: first.keyPem });
      server.keepAlive = false;
      await using client = clientOf(server.url, { tls: { ca: [authority.pem], pins: [first.spkiSha256] } });
      await getTenant(client);
      server.swapCertificate({ ...settings, cert: second.certPem, key: second.keyPem });
      expect(await rejection(getTenant(client))).toMatchObject({ code: 'pin_mismatch' });
      expect(server.connections).toBe(2);
    },
  );

  it.each(['ec', 'rsa'] as const)('is told from others by its SubjectPublicKeyInfo (%s)', (type) => {
    const { certPem, spkiSha256 } = selfSigned(type);
    expect(pinOf(new X509Certificate(certPem).raw)).toBe(spkiSha256);
  });
});

describe('a server that offers old TLS only', () => {
  it.each([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['TLS 1.2 without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
    ['TLS 1.2 with CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256' }],
  ] as const)('(%s) is refused in the handshake, once', async (_, settings) => {
    const { certPem, keyPem } = selfSigned('rsa'); // these suites need an RSA key
    await using server = await KeyServer.start({ ...settings, cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [certPem] } });
    expect(await rejection(getTenant(client))).toMatchObject({
      code: 'tls_handshake_failed',
      layer: 'tls',
      attempts: 1,
    });
    expect(server.requests).toHaveLength(0);
  });

  it('is told apart by its offer alone: with forward secrecy and AEAD the same server is reached', async () => {
    const { certPem, keyPem } = selfSigned('rsa');
    const settings = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } as const;
    await using server = await KeyServer.start({ ...settings, cert: certPem, key: keyPem });
    await using client = clientOf(server.url, { tls: { ca: [certPem] } });
    expect(await getTenant(client)).toMatchObject({ id: 'acme' });
  });

  it('(none at all) is refused in the handshake', async () => {
    await using server = await KeyServer.start();
    await using client = clientOf(server.url.replace('http:', 'https:'), { tls: { ca: [authority.pem] } });
    expect(await rejection(getTenant(client))).toMatchObject({ code: 'tls_handshake_failed', attempts: 1 });
  });
});

describe('the environment', () => {
  it('cannot switch verification off', async () => {
    const { certPem, keyPem } = await stranger.issue({ ipAddresses });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    const output = await runScript('connectOnce', {
      KEYFOLD_BASE_URL: server.url,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    expect(output).toBe('certificate_rejected');
    expect(server.requests).toHaveLength(0);
  });

  it('can name a file of authorities', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, `# two authorities\n${stranger.pem}\n${authority.pem}`);
    const { certPem, keyPem } = await authority.issue({ ipAddresses });
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    const output = await runScript('connectOnce', {
      KEYFOLD_BASE_URL: server.url,
      KEYFOLD_CA_BUNDLE: bundle,
    });
    rmSync(folder, { recursive: true });
    expect(output).toBe('connected');
  });
});
