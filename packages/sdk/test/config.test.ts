import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { type KeyfoldOptions, resolveConfig } from '../src/config.ts';
import { Keyfold } from '../src/index.ts';

const good = { apiKey: 'kf_application_key', baseUrl: 'https://keyfold.example.com' };
const pin = `sha256/${Buffer.alloc(32, 1).toString('base64')}`;

function errorOf(options: KeyfoldOptions, environment: Record<string, string> = {}): unknown {
  try {
    resolveConfig(options, environment);
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error.');
}

describe('options', () => {
  const cases: readonly [string, string, KeyfoldOptions][] = [
    ['no API key', 'api_key_not_configured', { baseUrl: good.baseUrl }],
    ['an empty API key', 'api_key_not_configured', { ...good, apiKey: '' }],
    ['an API key with a line end', 'api_key_not_configured', { ...good, apiKey: 'kf_application_key\n' }],
    ['no base URL', 'base_url_invalid', { apiKey: good.apiKey }],
    ['a base URL that is none', 'base_url_invalid', { ...good, baseUrl: 'keyfold.example.com' }],
    ['another scheme', 'base_url_invalid', { ...good, baseUrl: 'ftp://keyfold.example.com' }],
    [
      'a user in the base URL',
      'base_url_invalid',
      { ...good, baseUrl: 'https://me:secret@keyfold.example.com' },
    ],
    ['a query in the base URL', 'base_url_invalid', { ...good, baseUrl: 'https://keyfold.example.com/?a=b' }],
    ['http to another host', 'insecure_base_url', { ...good, baseUrl: 'http://keyfold.example.com' }],
    [
      'http to another host, although loopback is allowed',
      'insecure_base_url',
      { ...good, baseUrl: 'http://keyfold.example.com', insecureLoopback: true },
    ],
    ['http to loopback, not allowed', 'insecure_base_url', { ...good, baseUrl: 'http://127.0.0.1:5390' }],
    ['an empty CA', 'ca_invalid', { ...good, tls: { ca: '' } }],
    ['no CA in a list', 'ca_invalid', { ...good, tls: { ca: [] } }],
    ['a path as CA', 'ca_invalid', { ...good, tls: { ca: './ca.pem' } }],
    [
      'a key as CA',
      'ca_invalid',
      { ...good, tls: { ca: '-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----' } },
    ],
    [
      'a broken CA',
      'ca_invalid',
      { ...good, tls: { ca: '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----' } },
    ],
    ['no pin', 'pins_invalid', { ...good, tls: { pins: [] } }],
    ['a pin without its prefix', 'pins_invalid', { ...good, tls: { pins: [pin.slice(7)] } }],
    ['a pin in hex', 'pins_invalid', { ...good, tls: { pins: [`sha256/${'ab'.repeat(32)}`] } }],
    [
      'a pin that is not canonical',
      'pins_invalid',
      { ...good, tls: { pins: [pin, pin.replace('E=', 'F=')] } },
    ],
    ['a pin outside a list', 'pins_invalid', { ...good, tls: { pins: pin as never } }],
    ['a pin that is no text', 'pins_invalid', { ...good, tls: { pins: [5 as never] } }],
    ['a number as CA', 'ca_invalid', { ...good, tls: { ca: 5 as never } }],
    ['a number in a list of CAs', 'ca_invalid', { ...good, tls: { ca: [5 as never] } }],
    ['text for TLS options', 'option_invalid', { ...good, tls: 'off' as never }],
    ['no object', 'option_invalid', null as never],
    ['a timeout of nothing', 'option_invalid', { ...good, timeoutMs: 0 }],
    ['a fraction of an attempt', 'option_invalid', { ...good, maxAttempts: 1.5 }],
    ['more seals than a key may make', 'option_invalid', { ...good, cache: { maxSealsPerKey: 2 ** 24 + 1 } }],
    ['no opened keys', 'option_invalid', { ...good, cache: { maxOpenKeys: 0 } }],
  ];

  it.each(cases)('with %s are refused at construction (%s) with a hint', (_, code, options) => {
    expect(errorOf(options)).toMatchObject({
      code,
      layer: 'config',
      retryable: false,
      hint: expect.stringMatching(/\w/),
    });
  });

  it('that are wrong are not quoted where they may be secrets', () => {
    const secret = 'kf_application_pasted-in-the-wrong-place';
    const errors = [
      errorOf({ ...good, apiKey: `${secret}\n` }),
      errorOf({ ...good, baseUrl: secret }),
      errorOf({ ...good, baseUrl: `https://${secret}@keyfold.example.com` }),
      errorOf({ ...good, tls: { ca: secret } }),
      errorOf({ ...good, tls: { pins: [secret] } }),
    ];
    for (const error of errors) expect(JSON.stringify([error, String(error)])).not.toContain(secret);
  });

  it.each([
    'http://localhost:5390',
    'http://127.0.0.1:5390',
    'http://127.8.9.1',
    'http://[::1]:5390',
    'http://127.1',
  ])('may name %s, in the clear, when that is asked for', (baseUrl) => {
    expect(resolveConfig({ ...good, baseUrl, insecureLoopback: true }, {}).baseUrl.secure).toBe(false);
  });

  it.each([
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://[::ffff:7f00:1]',
    'http://0.0.0.0',
  ])('may not name %s in the clear: it is not this machine for certain', (baseUrl) => {
    expect(errorOf({ ...good, baseUrl, insecureLoopback: true })).toMatchObject({
      code: 'insecure_base_url',
    });
  });

  it('may put the service below a path', () => {
    const { baseUrl } = resolveConfig({ ...good, baseUrl: 'https://example.com/keys/' }, {});
    expect(baseUrl).toEqual({ origin: 'https://example.com', pathPrefix: '/keys', secure: true });
  });

  it('default to what the documentation says', () => {
    expect(resolveConfig(good, {})).toMatchObject({
      timeoutMs: 30_000,
      maxAttempts: 4,
      tls: { caMode: 'replace', ca: undefined, pins: undefined },
      cache: { maxSealsPerKey: 65_536, maxAgeMs: 300_000, maxOpenKeys: 4_096 },
    });
  });
});

describe('the environment', () => {
  it('gives what the options leave out, and options win', async () => {
    const authority = await createCertificateAuthority();
    const other = await createCertificateAuthority();
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-sdk-'));
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, authority.pem);
    const environment = {
      KEYFOLD_API_KEY: 'kf_application_from-environment',
      KEYFOLD_BASE_URL: 'https://environment.example.com',
      KEYFOLD_CA_BUNDLE: bundle,
    };
    const fromEnvironment = resolveConfig({}, environment);
    const fromOptions = resolveConfig({ ...good, tls: { ca: other.pem } }, environment);
    rmSync(folder, { recursive: true });
    expect(fromEnvironment.apiKey).toBe(environment.KEYFOLD_API_KEY);
    expect(fromEnvironment.baseUrl.origin).toBe(environment.KEYFOLD_BASE_URL);
    expect(fromEnvironment.tls.ca?.map((pem) => pem.trim())).toEqual([authority.pem.trim()]);
    expect(fromOptions.apiKey).toBe(good.apiKey);
    expect(fromOptions.baseUrl.origin).toBe(good.baseUrl);
    expect(fromOptions.tls.ca?.map((pem) => pem.trim())).toEqual([other.pem.trim()]);
  });

  it('names a file that cannot be read', () => {
    expect(errorOf(good, { KEYFOLD_CA_BUNDLE: '/nowhere/ca.pem' })).toMatchObject({
      code: 'ca_invalid',
      cause: { code: 'ENOENT' },
      hint: expect.stringContaining('KEYFOLD_CA_BUNDLE'),
    });
  });
});

describe('ids', () => {
  it.each(['', 'Acme', 'acme corp', '../acme', 'a'.repeat(64), '-acme'])(
    'like %j are refused where they are written',
    async (id) => {
      await using keyfold = new Keyfold(good);
      expect(() => keyfold.tenant(id)).toThrow(expect.objectContaining({ code: 'identifier_invalid' }));
      expect(() => keyfold.tenant('acme').service(id)).toThrow(
        expect.objectContaining({ code: 'identifier_invalid' }),
      );
    },
  );
});
