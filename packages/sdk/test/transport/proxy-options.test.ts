import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../src/transport/base-url.ts';
import { resolveProxy } from '../../src/transport/proxy-options.ts';

const server = parseBaseUrl('https://keyfold.example.com', false);
const proxyUrl = 'http://proxy.example.com:3128';

function errorOf(option: string, environment: Record<string, string> = {}): unknown {
  try {
    resolveProxy(option === '' ? undefined : option, environment, server);
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error.');
}

describe('a proxy', () => {
  it.each([
    ['http://proxy.example.com:3128', { secure: false, hostname: 'proxy.example.com', port: 3128 }],
    ['https://proxy.example.com', { secure: true, hostname: 'proxy.example.com', port: 443 }],
    ['proxy.example.com:3128', { secure: false, hostname: 'proxy.example.com', port: 3128 }],
    ['http://[::1]:3128', { secure: false, hostname: '::1', port: 3128 }],
  ])('may be written as %s', (option, expected) => {
    expect(resolveProxy(option, {}, server)).toMatchObject(expected);
    expect(resolveProxy(undefined, { HTTPS_PROXY: option }, server)).toMatchObject(expected);
  });

  it('gets the user and password of its URL, in UTF-8', () => {
    const resolved = resolveProxy('http://us%C3%A9r:p%40ss@proxy.example.com', {}, server);
    expect(resolved?.authorization).toBe(`Basic ${Buffer.from('usér:p@ss').toString('base64')}`);
  });

  it.each([
    ['of another scheme', 'socks5://user:CANARY@proxy.example.com'],
    ['with a path', 'http://user:CANARY@proxy.example.com/path'],
    ['that is no URL', 'http://user:CANARY@'],
    ['with a password that is badly encoded', 'http://user:CANARY%ff@proxy.example.com'],
  ])('%s is refused without being quoted', (_, option) => {
    for (const error of [errorOf(option), errorOf('', { HTTPS_PROXY: option })]) {
      expect(error).toMatchObject({ code: 'proxy_invalid', layer: 'config' });
      expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain('CANARY');
    }
  });

  it.each([null, true, 3128, { host: 'proxy.example.com' }])('is no URL as %j', (option) => {
    expect(errorOf(option as never)).toMatchObject({ code: 'proxy_invalid' });
  });

  it('is never used with plain http, which it could read', () => {
    const loopback = parseBaseUrl('http://127.0.0.1:5390', true);
    expect(() => resolveProxy(proxyUrl, {}, loopback)).toThrow(
      expect.objectContaining({ code: 'proxy_invalid' }),
    );
    const environment = { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, http_proxy: proxyUrl };
    expect(resolveProxy(undefined, environment, loopback)).toBeUndefined();
  });
});

describe('the environment', () => {
  it.each([
    [{ HTTPS_PROXY: proxyUrl }, 'proxy.example.com'],
    [{ https_proxy: proxyUrl }, 'proxy.example.com'],
    [{ https_proxy: proxyUrl, HTTPS_PROXY: 'http://other.example.com' }, 'proxy.example.com'],
    [{ https_proxy: '', HTTPS_PROXY: proxyUrl }, 'proxy.example.com'],
    [{ HTTP_PROXY: proxyUrl }, undefined],
    [{}, undefined],
  ])('%j leads to %s', (environment, hostname) => {
    expect(resolveProxy(undefined, environment, server)?.hostname).toBe(hostname);
  });

  it('yields to the option, false included', () => {
    const environment = { HTTPS_PROXY: 'http://other.example.com', NO_PROXY: '*' };
    expect(resolveProxy(proxyUrl, environment, server)?.hostname).toBe('proxy.example.com');
    expect(resolveProxy(false, { HTTPS_PROXY: proxyUrl }, server)).toBeUndefined();
  });

  it.each(['https://localhost:5391', 'https://127.0.0.1:5391', 'https://127.9.9.9', 'https://[::1]:5391'])(
    'sends nothing for this machine (%s) to a proxy',
    (url) => {
      const resolved = resolveProxy(undefined, { HTTPS_PROXY: proxyUrl }, parseBaseUrl(url, false));
      expect(resolved).toBeUndefined();
    },
  );

  it.each([
    ['*', 'https://keyfold.example.com', true],
    ['a.example, *', 'https://keyfold.example.com', true],
    ['keyfold.example.com', 'https://keyfold.example.com', true],
    ['KEYFOLD.example.com.', 'https://keyfold.example.com.', true],
    ['example.com', 'https://keyfold.example.com', true],
    ['.example.com', 'https://keyfold.example.com', true],
    ['*.example.com', 'https://keyfold.example.com', true],
    ['.keyfold.example.com', 'https://keyfold.example.com', false],
    ['fold.example.com', 'https://keyfold.example.com', false],
    ['example.com:443', 'https://keyfold.example.com', true],
    ['example.com:8443', 'https://keyfold.example.com', false],
    ['example.com:8443', 'https://keyfold.example.com:8443', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2.3:8443', 'https://10.1.2.3', false],
    ['2001:db8::/32', 'https://[2001:db8::1]', true],
    ['2001:db8::1', 'https://[2001:db8::1]', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]', true],
    ['[2001:db8::2]', 'https://[2001:db8::1]', false],
    ['', 'https://keyfold.example.com', false],
  ])('with NO_PROXY=%s lets %s go without: %s', (exceptions, url, without) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const environment = { HTTPS_PROXY: proxyUrl, [name]: exceptions };
      const resolved = resolveProxy(undefined, environment, parseBaseUrl(url, false));
      expect(resolved === undefined).toBe(without);
    }
  });
});
