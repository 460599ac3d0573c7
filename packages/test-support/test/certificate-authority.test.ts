import { X509Certificate } from 'node:crypto';
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

  it('names the pin that RFC 7469 defines', async () => {
    const leaf = await (await createCertificateAuthority()).issue();
    const spki = new X509Certificate(leaf.certPem).publicKey.export({ type: 'spki', format: 'der' });
    const { createHash } = await import('node:crypto');
    expect(leaf.spkiSha256).toBe(`sha256/${createHash('sha256').update(spki).digest('base64')}`);
  });
});
