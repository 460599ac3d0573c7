import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type KeyfoldOptions, optionNames, resolveConfig } from '../src/config.ts';
import { Keyfold } from '../src/index.ts';
import { tlsOptionNames } from '../src/transport/tls-options.ts';

const good = { apiKey: 'kf_application_key', baseUrl: 'https://keyfold.example.com' };

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
    ['text for TLS options', 'option_invalid', { ...good, tls: 'off' as never }],
    ['no object', 'option_invalid', null as never],
    ['a timeout of nothing', 'option_invalid', { ...good, timeoutMs: 0 }],
    ['a fraction of an attempt', 'option_invalid', { ...good, maxAttempts: 1.5 }],
    ['more seals than a key may make', 'option_invalid', { ...good, cache: { maxSealsPerKey: 2 ** 24 + 1 } }],
    ['no opened keys', 'option_invalid', { ...good, cache: { maxOpenKeys: 0 } }],
    ['nothing for opened keys', 'option_invalid', { ...good, cache: { maxOpenKeys: null as never } }],
    ['a clock that tells no time', 'option_invalid', { ...good, clock: {} as never }],
    ['a clock that tells a number', 'option_invalid', { ...good, clock: { now: Date.now } as never }],
    ['a clock that tells nothing', 'option_invalid', { ...good, clock: { now: () => null } as never }],
    ['null for a clock', 'option_invalid', { ...good, clock: null as never }],
    ['pins beside tls', 'option_invalid', { ...good, pins: ['sha256/x'] } as KeyfoldOptions],
    ['verification off', 'option_invalid', { ...good, rejectUnauthorized: false } as KeyfoldOptions],
    ['a misspelt limit', 'option_invalid', { ...good, cache: { maxAge: 1 } as object }],
    ['a misspelt budget', 'option_invalid', { ...good, retryBudget: { capacty: 1 } as object }],
    ['a misspelt circuit', 'option_invalid', { ...good, circuit: { failure: 1 } as object }],
    [
      'a text for whether loopback is allowed',
      'option_invalid',
      { ...good, baseUrl: 'http://127.0.0.1:5390', insecureLoopback: 'false' as never },
    ],
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
      errorOf({ ...good, [secret]: true } as KeyfoldOptions),
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
      calls: {
        timeoutMs: 30_000,
        retryPolicy: { maxAttempts: 4, baseDelayMs: 200, maxDelayMs: 5_000, maxRetryAfterMs: 10_000 },
        retryBudget: { capacity: 50, refillPerSecond: 5 },
        circuit: { failures: 10, openMs: 5_000 },
        hedgeAfterMs: undefined,
        middleware: [],
        observer: undefined,
      },
      cache: { maxSealsPerKey: 65_536, maxAgeMs: 300_000, maxOpenKeys: 4_096 },
    });
  });
});

describe('the reference', () => {
  it('has every option', () => {
    const reference = readFileSync(new URL('../../../docs/sdk/README.md', import.meta.url), 'utf8');
    const rows = [...reference.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
    const { tls: _, ...plain } = optionNames;
    const names = [...Object.keys(plain), ...Object.keys(tlsOptionNames).map((name) => `tls.${name}`)];
    expect(rows.toSorted()).toEqual(names.map((name) => `\`${name}\``).toSorted());
  });
});

describe('the environment', () => {
  it('gives what the options leave out, and options win', () => {
    const environment = {
      KEYFOLD_API_KEY: 'kf_application_from-environment',
      KEYFOLD_BASE_URL: 'https://environment.example.com',
    };
    const fromEnvironment = resolveConfig({}, environment);
    const fromOptions = resolveConfig(good, environment);
    expect(fromEnvironment.apiKey).toBe(environment.KEYFOLD_API_KEY);
    expect(fromEnvironment.baseUrl.origin).toBe(environment.KEYFOLD_BASE_URL);
    expect(fromOptions.apiKey).toBe(good.apiKey);
    expect(fromOptions.baseUrl.origin).toBe(good.baseUrl);
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
