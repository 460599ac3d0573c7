import { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { type CertificateOptions, createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { checkCertificate } from '../../src/transport/certificate-checks.ts';
import { pinOf } from '../../src/transport/public-key-pins.ts';
import { selfSigned } from '../support/self-signed.ts';

// The client's own checks, also where OpenSSL would have refused the chain before.
const authority = await createCertificateAuthority();
const rsaAuthority = await createCertificateAuthority({ key: 'rsa-2048' });

async function leafOf(options: CertificateOptions = {}, by = authority): Promise<PeerCertificate> {
  const { certPem } = await by.issue(options);
  return new X509Certificate(certPem).toLegacyObject();
}

describe('a leaf', () => {
  it.each([
    ['localhost', {}],
    ['LOCALHOST', {}],
    ['localhost.', {}],
    ['a.example.com', { dnsNames: ['*.example.com'] }],
    ['127.0.0.1', { ipAddresses: ['127.0.0.1'] }],
    ['::1', { ipAddresses: ['::1'] }],
  ])('that names the host among its alternative names is good (%s)', async (host, options) => {
    expect(checkCertificate(host, await leafOf(options), [])).toBeUndefined();
  });

  it.each([
    [
      'names the host as common name only',
      { commonName: 'localhost', commonNameOnly: true },
      'certificate_without_names',
    ],
    ['has an RSA key of 1,024 bits', { key: 'rsa-1024' }, 'certificate_key_weak'],
    ['is signed over SHA-1', { signatureHash: 'SHA-1' }, 'certificate_signature_weak'],
    ['must staple', { mustStaple: true }, 'certificate_must_staple'],
  ] as const)('that %s is refused', async (_, options, code) => {
    expect(checkCertificate('localhost', await leafOf(options), [])).toMatchObject({ code });
  });

  it('that an RSA key has signed over SHA-1 is refused', async () => {
    const leaf = await leafOf({ signatureHash: 'SHA-1' }, rsaAuthority);
    expect(checkCertificate('localhost', leaf, [])).toMatchObject({ code: 'certificate_signature_weak' });
  });

  it('for another host is refused as Node refuses it, whatever else is wrong with it', async () => {
    const leaf = await leafOf({ mustStaple: true });
    expect(checkCertificate('elsewhere.example.com', leaf, [])).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it.each([
    ['::2', { ipAddresses: ['::1'] }],
    ['::1', { dnsNames: ['localhost'] }],
    ['::1', { commonName: '::1', commonNameOnly: true }],
    ['127.0.0.1', { commonName: '127.0.0.1', commonNameOnly: true }],
    ['127.0.0.2', { ipAddresses: ['127.0.0.1'] }],
  ])('for another address is refused (%s, %j)', async (host, options) => {
    expect(checkCertificate(host, await leafOf(options), [])).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('is good under its pin and no other', async () => {
    const { certPem } = await authority.issue();
    const leaf = new X509Certificate(certPem);
    const pin = pinOf(leaf);
    const other = pinOf(new X509Certificate(selfSigned().certPem));
    expect(checkCertificate('localhost', leaf.toLegacyObject(), [other, pin])).toBeUndefined();
    expect(checkCertificate('localhost', leaf.toLegacyObject(), [other])).toMatchObject({
      name: 'UnpinnedKey',
      presented: pin,
      configured: [other],
    });
  });

  it('that cannot be read is refused and not thrown about, since Node asks from an event', async () => {
    const leaf = { ...(await leafOf()), raw: Buffer.from('garbage') };
    expect(checkCertificate('localhost', leaf, [])).toMatchObject({
      code: 'certificate_rejected',
      cause: expect.any(Error),
    });
  });

  it('that is not there, as on a resumed session, is refused', () => {
    const nothing: Partial<PeerCertificate> = {};
    expect(checkCertificate('localhost', nothing as PeerCertificate, [])).toBeInstanceOf(Error);
  });
});
