import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import type { ConfigurationErrorCode } from '../../src/configuration-errors.ts';
import { Keyfold } from '../../src/index.ts';
import type { TlsOptions } from '../../src/transport/connection-options.ts';
import { resolveTls } from '../../src/transport/tls-options.ts';

const day = 86_400_000;
const past = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) };
const authority = await createCertificateAuthority();
const other = await createCertificateAuthority({ commonName: 'Another authority' });
const expired = await createCertificateAuthority(past);
const leaf = await authority.issue();
const client = await authority.issue({ usage: 'client' });
const oldClient = await authority.issue({ usage: 'client', ...past });
const weakClient = await authority.issue({ usage: 'client', key: 'rsa-1024' });
const pin = (byte: number): string => `sha256/${Buffer.alloc(32, byte).toString('base64')}`;
const pemOf = (label: string, content: string): string =>
  `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`;
const oldLists = { thisUpdate: past.notBefore, nextUpdate: past.notAfter };

function errorOf(tls: unknown, environment: Record<string, string> = {}): unknown {
  try {
    resolveTls(tls as TlsOptions, environment);
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error.');
}

const cases: readonly [string, ConfigurationErrorCode, unknown][] = [
  ['an empty CA', 'ca_invalid', { ca: '' }],
  ['no CA in a list', 'ca_invalid', { ca: [] }],
  ['an empty CA beside a good one', 'ca_invalid', { ca: [authority.pem, ''] }],
  ['a path as CA', 'ca_invalid', { ca: './ca.pem' }],
  ['a key as CA', 'ca_invalid', { ca: pemOf('PRIVATE KEY', 'MA==') }],
  ['a CA that is no certificate', 'ca_invalid', { ca: pemOf('CERTIFICATE', 'MA==') }],
  ['a CA that is cut short', 'ca_invalid', { ca: authority.pem.slice(0, -40) }],
  ['garbage after a good CA', 'ca_invalid', { ca: authority.pem + pemOf('CERTIFICATE', 'garbage!') }],
  ['a server’s certificate as CA, which another one has signed', 'ca_invalid', { ca: leaf.certPem }],
  ['a number as CA', 'ca_invalid', { ca: 5 }],
  ['a number in a list of CAs', 'ca_invalid', { ca: [5] }],
  ['a CA that has expired', 'ca_expired', { ca: expired.pem }],
  ['neither append nor replace', 'option_invalid', { caMode: 'add' }],
  ['no pin', 'pins_invalid', { pins: [] }],
  ['one pin without a backup', 'pins_invalid', { pins: [pin(1)] }],
  ['one pin twice', 'pins_invalid', { pins: [pin(1), pin(1)] }],
  ['a pin without its prefix', 'pins_invalid', { pins: [pin(1), pin(2).slice(7)] }],
  ['a pin in hex', 'pins_invalid', { pins: [pin(1), `sha256/${'ab'.repeat(32)}`] }],
  ['a pin that is not canonical', 'pins_invalid', { pins: [pin(1), pin(1).replace('E=', 'F=')] }],
  ['a pin outside a list', 'pins_invalid', { pins: pin(1) }],
  ['a pin that is no text', 'pins_invalid', { pins: [pin(1), 5] }],
  ['TLS 1.1', 'option_invalid', { minVersion: 'TLSv1.1' }],
  ['an empty revocation list', 'crl_invalid', { crl: '' }],
  ['a certificate as revocation list', 'crl_invalid', { crl: authority.pem }],
  ['a revocation list that is none', 'crl_invalid', { crl: pemOf('X509 CRL', 'MA==') }],
  ['a revocation list that is overdue', 'crl_expired', { crl: await authority.revocationList(oldLists) }],
  [
    'a client certificate without its key',
    'client_certificate_invalid',
    { clientCertificate: { certificate: client.certPem } },
  ],
  [
    'a client’s key without its certificate',
    'client_certificate_invalid',
    { clientCertificate: { key: client.keyPem } },
  ],
  [
    'a client certificate with another’s key',
    'client_certificate_invalid',
    { clientCertificate: { certificate: client.certPem, key: leaf.keyPem } },
  ],
  [
    'a client’s key that is garbage',
    'client_certificate_invalid',
    { clientCertificate: { certificate: client.certPem, key: pemOf('PRIVATE KEY', 'MA==') } },
  ],
  [
    'a client certificate that has expired',
    'client_certificate_invalid',
    { clientCertificate: { certificate: oldClient.certPem, key: oldClient.keyPem } },
  ],
  [
    'a client certificate with a weak key',
    'client_certificate_invalid',
    { clientCertificate: { certificate: weakClient.certPem, key: weakClient.keyPem } },
  ],
  ['a client certificate that is text', 'client_certificate_invalid', { clientCertificate: client.certPem }],
  ['an option that switches verification off', 'option_invalid', { rejectUnauthorized: false }],
  ['a slip of the pen', 'option_invalid', { pin: [pin(1), pin(2)] }],
  ['text for options', 'option_invalid', 'off'],
];

describe('TLS options', () => {
  it.each(cases)('with %s are refused when the client is made (%s), with a hint', (_, code, tls) => {
    expect(errorOf(tls)).toMatchObject({
      code,
      layer: 'config',
      retryable: false,
      hint: expect.stringMatching(/\w/),
    });
    const options = {
      apiKey: 'kf_application_key',
      baseUrl: 'https://keyfold.example.com',
      tls: tls as TlsOptions,
    };
    expect(() => new Keyfold(options)).toThrow(expect.objectContaining({ code }));
  });

  it('that are wrong are not quoted where they may be secrets', () => {
    const secret = 'CANARY-in-the-wrong-place';
    const errors = [
      errorOf({ ca: secret }),
      errorOf({ ca: pemOf('CERTIFICATE', secret) }),
      errorOf({ crl: pemOf('X509 CRL', secret) }),
      errorOf({ pins: [secret] }),
      errorOf({ clientCertificate: { certificate: client.certPem, key: pemOf('PRIVATE KEY', secret) } }),
      errorOf({
        clientCertificate: { certificate: client.certPem, key: client.keyPem, passphrase: secret },
        pin: 1,
      }),
    ];
    for (const error of errors) {
      const cause = error instanceof Error ? String(error.cause) : '';
      expect(JSON.stringify([error, String(error), cause])).not.toContain(secret);
    }
  });

  it('take authorities as text, as bytes and as bundles with words between', () => {
    const bundle = `# two authorities\n${other.pem}\nthe second one:\n${authority.pem}`;
    const pems = [other.pem.trim(), authority.pem.trim()];
    for (const ca of [bundle, Buffer.from(bundle), [other.pem, new TextEncoder().encode(authority.pem)]]) {
      expect(resolveTls({ ca }, {}).ca?.map((pem) => pem.trim())).toEqual(pems);
    }
  });

  it('take a bundle in which one authority of several has expired', () => {
    expect(resolveTls({ ca: [expired.pem, authority.pem] }, {}).ca).toHaveLength(2);
  });

  it('take a key that a passphrase opens', async () => {
    const { createPrivateKey } = await import('node:crypto');
    const passphrase = 'open sesame';
    const key = createPrivateKey(client.keyPem).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase,
    });
    const clientCertificate = { certificate: client.certPem, key: Buffer.from(key), passphrase };
    const checked = await resolveTls({ clientCertificate }, {}).clientCertificate?.();
    expect(checked?.cert).toBe(client.certPem);
    expect(errorOf({ clientCertificate: { ...clientCertificate, passphrase: 'wrong' } })).toMatchObject({
      code: 'client_certificate_invalid',
    });
  });

  it('default to the runtime’s authorities, TLS 1.2 and no pins', () => {
    expect(resolveTls({}, {})).toEqual({
      ca: undefined,
      caMode: 'replace',
      minVersion: 'TLSv1.2',
      pins: undefined,
      crl: undefined,
      clientCertificate: undefined,
    });
  });
});

it('that promise what plain http cannot keep are refused with it; authorities are not', async () => {
  const clear = { apiKey: 'kf_a_b', baseUrl: 'http://127.0.0.1:5390', insecureLoopback: true };
  const pins = [1, 2].map((byte) => `sha256/${Buffer.alloc(32, byte).toString('base64')}`);
  for (const tls of [{ pins }, { minVersion: 'TLSv1.3' as const }]) {
    const [name] = Object.keys(tls);
    const message = `tls.${name} cannot be kept over plain http.`;
    expect(() => new Keyfold({ ...clear, tls })).toThrow(
      expect.objectContaining({ code: 'option_invalid', message }),
    );
  }
  await using keyfold = new Keyfold({ ...clear, tls: { ca: authority.pem } });
  expect(keyfold).toBeInstanceOf(Keyfold);
});

it('misuse does not compile', () => {
  const misuses: TlsOptions[] = [
    // @ts-expect-error verification cannot be switched off
    { rejectUnauthorized: false },
    // @ts-expect-error pins are a list
    { pins: pin(1) },
    // @ts-expect-error nothing older than 1.2 is spoken
    { minVersion: 'TLSv1.1' },
    // @ts-expect-error a certificate is of no use without its key
    { clientCertificate: { certificate: client.certPem } },
    // @ts-expect-error a function that gives nothing
    { crl: () => undefined },
  ];
  expect(misuses).toHaveLength(5);
});

describe('KEYFOLD_CA_BUNDLE', () => {
  it('names a file of authorities, and the option wins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, authority.pem);
    const fromEnvironment = resolveTls({}, { KEYFOLD_CA_BUNDLE: bundle });
    const fromOption = resolveTls({ ca: other.pem }, { KEYFOLD_CA_BUNDLE: bundle });
    rmSync(folder, { recursive: true });
    expect(fromEnvironment.ca).toEqual([authority.pem]);
    expect(fromOption.ca).toEqual([other.pem]);
  });

  it('that cannot be read is said', () => {
    expect(errorOf({}, { KEYFOLD_CA_BUNDLE: '/nowhere/ca.pem' })).toMatchObject({
      code: 'ca_invalid',
      cause: { code: 'ENOENT' },
      hint: expect.stringContaining('KEYFOLD_CA_BUNDLE'),
    });
  });
});
