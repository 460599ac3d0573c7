import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../src/index.ts';

describe('createCertificateAuthority', () => {
  it('issues leaves that a TLS client accepts under its CA and for their names only', async () => {
    const authority = await createCertificateAuthority();
    const leaf = await authority.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
    const server = createServer({ cert: leaf.certPem, key: leaf.keyPem });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const good = connect({
      port: address.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: authority.pem,
    });
    await once(good, 'secureConnect');
    expect(good.authorized).toBe(true);
    good.destroy();
    const bad = connect({
      port: address.port,
      host: '127.0.0.1',
      servername: 'other.example',
      ca: authority.pem,
    });
    const [error] = await once(bad, 'error');
    expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    server.close();
  });

  it('issues through intermediates, whose certificates are sent along', async () => {
    const root = await createCertificateAuthority();
    const between = await (await root.issueAuthority({ commonName: 'Upper' })).issueAuthority();
    const { chainPem } = await between.issue();
    const chain = chainPem.split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) => new X509Certificate(pem));
    expect(chain).toHaveLength(3);
    for (const [index, certificate] of chain.entries()) {
      const issuer = chain[index + 1] ?? new X509Certificate(root.pem);
      expect(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)).toBe(true);
    }
  });

  it.each(['ec-p256', 'rsa-2048', 'rsa-1024'] as const)(
    'makes keys of the kind that is asked for (%s)',
    async (key) => {
      const { certPem, keyPem } = await (await createCertificateAuthority()).issue({ key });
      const certificate = new X509Certificate(certPem);
      const { modulusLength, namedCurve } = certificate.publicKey.asymmetricKeyDetails ?? {};
      expect(modulusLength === undefined ? namedCurve : modulusLength).toBe(
        { 'ec-p256': 'prime256v1', 'rsa-2048': 2048, 'rsa-1024': 1024 }[key],
      );
      expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    },
  );

  it('makes revocation lists that OpenSSL reads, with the serial numbers that were revoked', async () => {
    const authority = await createCertificateAuthority();
    const { serialNumber } = await authority.issue();
    const list = await authority.revocationList({ revoked: [{ serialNumber }] });
    const shown = execFileSync('sh', ['-c', 'openssl crl -noout -text'], { input: list }).toString();
    expect(shown).toMatch(new RegExp(`Serial Number: 0*${serialNumber.replace(/^0+/, '')}`, 'i'));
  });

  it('names the pin that RFC 7469 defines', async () => {
    const leaf = await (await createCertificateAuthority()).issue();
    const spki = new X509Certificate(leaf.certPem).publicKey.export({ type: 'spki', format: 'der' });
    const { createHash } = await import('node:crypto');
    expect(leaf.spkiSha256).toBe(`sha256/${createHash('sha256').update(spki).digest('base64')}`);
  });
});
