import type { TlsOptions } from 'node:tls';
import type { CertificateOptions, IssuedCertificate, TestAuthority } from '@keyfold/test-support';
import { createCertificateAuthority } from '@keyfold/test-support';
import type { TlsErrorCode } from '../../../src/transport/tls-failures.ts';
import { selfSigned } from '../../support/self-signed.ts';

/** A server that must be refused. */
export interface BadCertificate {
  readonly title: string;
  readonly code: TlsErrorCode;
  /** What Node calls it; undefined where the client's own check found it. */
  readonly nodeCode?: string;
  /** What the server is given. */
  readonly server: TlsOptions;
  /** What the client is given: the authorities in PEM, and revocation lists where they matter. */
  readonly ca: string;
  readonly crl?: string;
  /** The name in the URL; the address, if left out. */
  readonly hostname?: 'localhost';
}

const day = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * day);
const past = { notBefore: inDays(-2), notAfter: inDays(-1) };
const ipAddresses = ['127.0.0.1'];
/** So weak that the server would not start with it otherwise. */
const weak = { ciphers: 'DEFAULT@SECLEVEL=0' };

const serve = ({ chainPem, keyPem }: Pick<IssuedCertificate, 'chainPem' | 'keyPem'>): TlsOptions => ({
  cert: chainPem,
  key: keyPem,
});

/** All of them, made now; RSA keys take their time. */
export async function makeBadCertificates(): Promise<readonly BadCertificate[]> {
  const root = await createCertificateAuthority();
  const stranger = await createCertificateAuthority({ commonName: 'Somebody else' });
  const between = await root.issueAuthority();
  const ca = root.pem;
  const issue = (options: CertificateOptions = {}, by: TestAuthority = root): Promise<IssuedCertificate> =>
    by.issue({ ipAddresses, ...options });
  const revoked = await issue();
  const belowBetween = await issue({}, between);
  const rsa = await issue({ key: 'rsa-2048' });
  const alone = selfSigned();
  const expiredRoot = await createCertificateAuthority(past);
  const lists = async (list: Parameters<TestAuthority['revocationList']>[0]): Promise<string> =>
    (await root.revocationList(list)) + (await between.revocationList());

  return [
    {
      title: 'is over',
      code: 'certificate_expired',
      nodeCode: 'CERT_HAS_EXPIRED',
      server: serve(await issue(past)),
      ca,
    },
    {
      title: 'is of an intermediate whose time is over',
      code: 'certificate_expired',
      nodeCode: 'CERT_HAS_EXPIRED',
      server: serve(await issue({}, await root.issueAuthority(past))),
      ca,
    },
    {
      title: 'is of a root whose time is over',
      code: 'certificate_expired',
      nodeCode: 'CERT_HAS_EXPIRED',
      server: serve(await issue({}, expiredRoot)),
      ca: expiredRoot.pem + ca,
    },
    {
      title: 'has not begun',
      code: 'certificate_not_yet_valid',
      nodeCode: 'CERT_NOT_YET_VALID',
      server: serve(await issue({ notBefore: inDays(0.5) })),
      ca,
    },
    {
      title: 'is for another host',
      code: 'certificate_wrong_host',
      nodeCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
      server: serve(await root.issue({ dnsNames: ['keyfold.example.com'] })),
      ca,
      hostname: 'localhost',
    },
    {
      title: 'is for a name, while an address is asked for',
      code: 'certificate_wrong_host',
      nodeCode: 'ERR_TLS_CERT_ALTNAME_INVALID',
      server: serve(await root.issue({ dnsNames: ['localhost', '127.0.0.1'] })),
      ca,
    },
    {
      title: 'is vouched for by itself alone',
      code: 'certificate_self_signed',
      nodeCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      server: { cert: alone.certPem, key: alone.keyPem },
      ca,
    },
    {
      title: 'is of an unknown root',
      code: 'certificate_issuer_unknown',
      nodeCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      server: serve(await issue({}, stranger)),
      ca,
    },
    {
      title: 'is of an unknown root that is sent along',
      code: 'certificate_issuer_unknown',
      nodeCode: 'SELF_SIGNED_CERT_IN_CHAIN',
      server: await issue({}, stranger).then((leaf) =>
        serve({ ...leaf, chainPem: leaf.certPem + stranger.pem }),
      ),
      ca,
    },
    {
      title: 'lacks an intermediate',
      code: 'certificate_issuer_unknown',
      nodeCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      server: serve({ ...belowBetween, chainPem: belowBetween.certPem }),
      ca,
    },
    {
      title: 'is a client’s',
      code: 'certificate_wrong_purpose',
      nodeCode: 'INVALID_PURPOSE',
      server: serve(await issue({ usage: 'client' })),
      ca,
    },
    {
      title: 'is issued by a certificate that is no authority’s',
      code: 'certificate_wrong_purpose',
      nodeCode: 'INVALID_PURPOSE',
      server: serve(await issue({}, await root.issueAuthority({ ca: false }))),
      ca,
    },
    {
      title: 'has more authorities above it than one of them permits',
      code: 'certificate_path_too_long',
      nodeCode: 'PATH_LENGTH_EXCEEDED',
      server: serve(
        await issue(
          {},
          await (await root.issueAuthority({ pathLength: 0 })).issueAuthority({ commonName: 'Deeper' }),
        ),
      ),
      ca,
    },
    {
      title: 'has a name that its authority may not give',
      code: 'certificate_name_not_permitted',
      nodeCode: 'UNSPECIFIED',
      server: serve(
        await (await root.issueAuthority({ permittedDnsName: 'example.com' })).issue({
          dnsNames: ['localhost'],
        }),
      ),
      ca,
      hostname: 'localhost',
    },
    {
      title: 'is signed over SHA-1',
      code: 'certificate_signature_weak',
      nodeCode: 'UNSPECIFIED',
      server: { ...serve(await issue({ signatureHash: 'SHA-1' })), ...weak },
      ca,
    },
    {
      title: 'is of an intermediate that is signed over SHA-1',
      code: 'certificate_signature_weak',
      nodeCode: 'UNSPECIFIED',
      server: { ...serve(await issue({}, await root.issueAuthority({ signatureHash: 'SHA-1' }))), ...weak },
      ca,
    },
    {
      title: 'is for an RSA key of 1,024 bits',
      code: 'certificate_key_weak',
      nodeCode: 'UNSPECIFIED',
      server: { ...serve(await issue({ key: 'rsa-1024' })), ...weak },
      ca,
    },
    {
      title: 'is of an intermediate with an RSA key of 1,024 bits',
      code: 'certificate_key_weak',
      nodeCode: 'UNSPECIFIED',
      server: { ...serve(await issue({}, await root.issueAuthority({ key: 'rsa-1024' }))), ...weak },
      ca,
    },
    {
      title: 'names the host as common name only',
      code: 'certificate_without_names',
      server: serve(await root.issue({ commonName: 'localhost', commonNameOnly: true })),
      ca,
      hostname: 'localhost',
    },
    {
      title: 'demands a stapled answer about its revocation',
      code: 'certificate_must_staple',
      server: serve(await issue({ mustStaple: true })),
      ca,
    },
    {
      title: 'is revoked',
      code: 'certificate_revoked',
      nodeCode: 'CERT_REVOKED',
      server: serve(revoked),
      ca,
      crl: await lists({ revoked: [revoked] }),
    },
    {
      title: 'is of an intermediate that is revoked',
      code: 'certificate_revoked',
      nodeCode: 'CERT_REVOKED',
      server: serve(belowBetween),
      ca,
      crl: await lists({ revoked: [between] }),
    },
    {
      title: 'is of an intermediate without a revocation list',
      code: 'revocation_list_missing',
      nodeCode: 'UNABLE_TO_GET_CRL',
      server: serve(belowBetween),
      ca,
      crl: await root.revocationList(),
    },
    {
      title: 'is of an authority whose revocation list is not yet in force',
      code: 'revocation_list_out_of_date',
      nodeCode: 'CRL_NOT_YET_VALID',
      server: serve(await issue()),
      ca,
      crl: await lists({ thisUpdate: inDays(0.5) }),
    },
    {
      title: 'is of an authority whose revocation list is forged',
      code: 'revocation_list_unverified',
      nodeCode: 'CRL_SIGNATURE_FAILURE',
      server: serve(await issue()),
      ca,
      crl: await (await createCertificateAuthority()).revocationList(),
    },
    {
      title: 'is good, but the server speaks TLS 1.1 only',
      code: 'tls_version_unsupported',
      nodeCode: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      server: { ...serve(await issue()), ...weak, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
      ca,
    },
    {
      title: 'is good, but the server offers AES128-SHA only: no forward secrecy, and CBC',
      code: 'tls_handshake_failed',
      server: { ...serve(rsa), maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' },
      ca,
    },
    {
      title: 'is good, but the server has no forward secrecy',
      code: 'tls_handshake_failed',
      server: { ...serve(rsa), maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
      ca,
    },
    {
      title: 'is good, but the server offers CBC only',
      code: 'tls_handshake_failed',
      server: { ...serve(rsa), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256' },
      ca,
    },
  ];
}
