import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeFrame } from '@keyfold/protocol';
import { createCertificateAuthority, type IssuedCertificate } from '@keyfold/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { isKeyfoldError, Keyfold, type KeyfoldOptions } from '../../src/index.ts';
import { KeyServer } from '../support/key-server.ts';
import { rejection } from '../support/settle.ts';
import { Canaries, shown } from './support/canaries.ts';

const apiKey = 'kf_application_CANARY-api-key';
const passphrase = 'CANARY-passphrase';
const password = 'CANARY-pass word'; // percent-encoded in a URL
const canaries = new Canaries();
let client: IssuedCertificate;
let other: IssuedCertificate;
let sealedKey: string;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  client = await authority.issue({ usage: 'client' });
  other = await authority.issue({ usage: 'client' });
  sealedKey = createPrivateKey(client.keyPem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
    .toString();
  canaries.plant('API key', apiKey);
  canaries.plant('passphrase', passphrase);
  canaries.plant('password', password);
  for (const { keyPem } of [client, other]) canaries.plantKey('client key', keyPem);
  canaries.plantKey('client key', sealedKey, passphrase);
});

const inUrl = encodeURIComponent(password);

/** Options that are wrong, with a secret in what is wrong or beside it. */
const mistakes: Readonly<Record<string, () => KeyfoldOptions>> = {
  'a line end in the API key': () => ({ apiKey: `${apiKey}\n` }),
  'the API key as the base URL': () => ({ baseUrl: apiKey }),
  'the API key in the base URL': () => ({ baseUrl: `https://${apiKey}@keyfold.example` }),
  'the API key in the query of the base URL': () => ({ baseUrl: `https://keyfold.example/?key=${apiKey}` }),
  'a private key as the CA': () => ({ tls: { ca: client.keyPem } }),
  'a private key as the certificate': () => ({
    tls: { clientCertificate: { certificate: client.keyPem, key: client.keyPem } },
  }),
  'another certificate’s key': () => ({
    tls: { clientCertificate: { certificate: client.certPem, key: other.keyPem } },
  }),
  'a key that is cut short': () => ({
    tls: { clientCertificate: { certificate: client.certPem, key: client.keyPem.slice(0, 120) } },
  }),
  'a key whose passphrase is missing': () => ({
    tls: { clientCertificate: { certificate: client.certPem, key: sealedKey } },
  }),
  'a key with another passphrase': () => ({
    tls: { clientCertificate: { certificate: client.certPem, key: sealedKey, passphrase: `${passphrase}!` } },
  }),
  'a private key as a revocation list': () => ({ tls: { crl: client.keyPem } }),
  'a private key as a pin': () => ({ tls: { pins: [client.keyPem, client.keyPem] } }),
  'a proxy of another scheme': () => ({ proxy: `socks5://user:${inUrl}@proxy.example` }),
  'a proxy with a path': () => ({ proxy: `http://user:${inUrl}@proxy.example/${inUrl}` }),
  'a proxy whose password is not percent-encoded': () => ({ proxy: `http://user:${inUrl}%zz@proxy.example` }),
  'a proxy that is no URL': () => ({ proxy: `http://user:${inUrl}@` }),
  'a proxy for plain http': () => ({
    proxy: `http://user:${inUrl}@proxy.example`,
    baseUrl: 'http://127.0.0.1:1',
    insecureLoopback: true,
  }),
};

describe('options that are refused show no secret:', () => {
  it.each(Object.entries(mistakes))('%s', async (_, options) => {
    const error = await rejection(
      (async () => new Keyfold({ apiKey, baseUrl: 'https://keyfold.example', ...options() }))(),
    );
    expect(isKeyfoldError(error)).toBe(true);
    expect(canaries.in(shown(error))).toEqual([]);
  });
});

it('a client shows none of its options', async () => {
  await using keyfold = new Keyfold({
    apiKey,
    baseUrl: 'https://keyfold.example',
    proxy: `http://user:${inUrl}@proxy.example`,
    tls: { clientCertificate: { certificate: client.certPem, key: sealedKey, passphrase } },
  });
  const tenant = keyfold.tenant('acme');
  for (const object of [
    keyfold,
    keyfold.tenants,
    keyfold.apiKeys,
    tenant,
    tenant.services,
    tenant.service('a'),
  ]) {
    expect(canaries.in(shown(object))).toEqual([]);
  }
});

it('a function that gives a wrong certificate later shows none of it', async () => {
  await using server = await KeyServer.start({ cert: client.certPem, key: client.keyPem });
  await using keyfold = new Keyfold({
    apiKey,
    baseUrl: server.url,
    tls: { clientCertificate: async () => ({ certificate: client.certPem, key: other.keyPem }) },
  });
  const error = await rejection(keyfold.tenants.get('acme'));
  expect(error).toMatchObject({ code: 'client_certificate_invalid' });
  expect(canaries.in(shown(error))).toEqual([]);
});

it.each(['debug', 'info', 'error'])('KEYFOLD_LOG=%s writes no secret to either output', async (level) => {
  await using server = await KeyServer.start();
  server.apiKeys.add(apiKey);
  const plaintext = 'CANARY-plaintext-of-a-process';
  const context = 'CANARY-context-of-a-process';
  const planted = new Canaries();
  for (const secret of [apiKey, plaintext, context, 'kf_application_made-by-the-test']) {
    planted.plant(secret, secret);
  }
  const script = fileURLToPath(new URL('./support/calls-with-log.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@keyfold/source', script],
    {
      env: {
        KEYFOLD_API_KEY: apiKey,
        KEYFOLD_BASE_URL: server.url,
        KEYFOLD_LOG: level,
        PLAINTEXT: plaintext,
        CONTEXT: context,
      },
    },
  );
  for (const { operation, body } of server.requests) {
    if (operation !== 'wrapDataKeys') continue;
    for (const dataKey of decodeFrame(body).attachments) planted.plant('data key', dataKey);
  }
  expect(stderr).toContain('"level":"error"');
  expect(stderr).toContain('api_key_invalid');
  expect(stderr.includes('"level":"debug"')).toBe(level === 'debug');
  expect(planted.in(stdout + stderr)).toEqual([]);
});
