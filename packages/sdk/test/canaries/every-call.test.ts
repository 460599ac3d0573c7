import { createPrivateKey, randomBytes } from 'node:crypto';
import { decodeFrame } from '@keyfold/protocol';
import { connectionFaults, createCertificateAuthority, FaultProxy, pass } from '@keyfold/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiKeys } from '../../src/api-keys.ts';
import { CallPromise } from '../../src/calls/call-promise.ts';
import { EncryptedTable } from '../../src/encrypted-table.ts';
import { isKeyfoldError, Keyfold, type KeyfoldOptions } from '../../src/index.ts';
import { KeyfoldClient } from '../../src/keyfold-client.ts';
import { ServiceKeys } from '../../src/service-keys.ts';
import { Services } from '../../src/services.ts';
import { Tenant } from '../../src/tenant.ts';
import { Tenants } from '../../src/tenants.ts';
import { KeyServer } from '../support/key-server.ts';
import { ConnectProxy } from '../transport/support/connect-proxy.ts';
import { Canaries, shown } from './support/canaries.ts';
import { everyCall, type Planted, peopleOf } from './support/every-call.ts';
import { openSinks } from './support/sinks.ts';
import { answerFaults, type Situation } from './support/situations.ts';

const apiKey = 'kf_CANARY-api-key-0123456789';
const passphrase = 'CANARY-passphrase-of-the-key';
const password = 'CANARY-password-of-the-proxy';

/** What happens to every request of a client. */
const situations: readonly Situation[] = [
  { title: 'nothing goes wrong', otherwise: pass },
  ...connectionFaults.map(({ title, fault }) => ({ title: `a connection ${title}`, otherwise: fault })),
  ...answerFaults,
  { title: 'nobody answers', otherwise: () => undefined, options: { timeoutMs: 10 } },
  {
    title: 'the proxy refuses',
    otherwise: pass,
    meanwhile: (proxy) => {
      proxy.refuseWith = 407;
    },
  },
  {
    title: 'the proxy cannot reach the server',
    otherwise: pass,
    meanwhile: (proxy) => {
      proxy.refuseWith = 502;
    },
  },
  {
    title: 'the certificate does not hold',
    otherwise: pass,
    options: { tls: { pins: [1, 2].map((n) => `sha256/${Buffer.alloc(32, n).toString('base64')}`) } },
  },
];

describe('a secret that is planted', () => {
  const canaries = new Canaries();
  let server: KeyServer;
  let faults: FaultProxy;
  let options: KeyfoldOptions;
  let planted: Planted;

  /** Those that clients made since the last time; the server has seen them all. */
  function plantDataKeys(): void {
    for (const { operation, body } of server.requests.splice(0)) {
      if (operation !== 'wrapDataKeys') continue;
      for (const dataKey of decodeFrame(body).attachments) canaries.plant('data key', dataKey);
    }
  }

  beforeAll(async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0); // full jitter: no wait between attempts
    const authority = await createCertificateAuthority();
    const forServer = await authority.issue({ ipAddresses: ['127.0.0.1'] });
    const forClient = await authority.issue({ usage: 'client' });
    const sealedKey = createPrivateKey(forClient.keyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
      .toString();
    server = await KeyServer.start();
    server.apiKeys.add(apiKey);
    faults = await FaultProxy.start(server.port, { cert: forServer.certPem, key: forServer.keyPem });
    options = {
      apiKey,
      baseUrl: faults.origin,
      maxAttempts: 2,
      retryBudget: { capacity: 1_000 },
      circuit: { failures: 1_000 },
      tls: {
        ca: authority.pem,
        clientCertificate: { certificate: forClient.certPem, key: sealedKey, passphrase },
      },
    };
    const bytes = randomBytes(32);
    const plaintext = 'CANARY-plaintext-0123456789';
    const context = 'CANARY-context-value-0123456789';
    canaries.plant('API key', apiKey);
    canaries.plantMark('CANARY'); // every text that is planted has it: a piece is enough
    canaries.plant('new API key', 'kf_application_made-by-the-test');
    canaries.plant('plaintext', plaintext);
    canaries.plant('plaintext of bytes', bytes);
    canaries.plant('context value', context);
    canaries.plant('proxy password', password);
    canaries.plant('passphrase', passphrase);
    canaries.plantKey('client key', forClient.keyPem);
    canaries.plantKey('client key', sealedKey, passphrase);
    await using elsewhere = new Keyfold(options);
    const keys = elsewhere.tenant('acme').service('billing');
    planted = {
      plaintext,
      bytes,
      context,
      token: await keys.encrypt(plaintext, { context: { owner: context } }),
      row: await peopleOf(elsewhere).encrypt({ id: 7, ssn: plaintext, notes: { [plaintext]: plaintext } }),
    };
    plantDataKeys();
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await faults[Symbol.asyncDispose]();
    await server.stop();
  });

  it('goes through every method that there is', () => {
    const classes = [KeyfoldClient, Tenants, ApiKeys, Tenant, Services, ServiceKeys, EncryptedTable];
    const methods = classes.flatMap(({ name, prototype }) =>
      Object.entries(Object.getOwnPropertyDescriptors(prototype))
        .filter(([method, { value }]) => method !== 'constructor' && typeof value === 'function')
        .map(([method]) => `${name.replace('KeyfoldClient', 'Keyfold')}.${method}`),
    );
    expect(Object.keys(everyCall).toSorted()).toEqual(methods.toSorted());
  });

  it('would be found', () => {
    const text = Buffer.from(planted.bytes);
    for (const spelling of [text.toString('hex'), text.toString('base64'), shown(text), shown({ text })]) {
      expect(canaries.in(spelling)).not.toEqual([]);
    }
    expect(canaries.in(Buffer.from(`Bearer ${apiKey}!`).toString('base64'))).not.toEqual([]);
    expect(canaries.in(shown(new Error('no', { cause: new Error(password) })))).not.toEqual([]);
  });

  it.each(situations)('is shown nowhere when $title', async ({ otherwise, meanwhile, options: own }) => {
    await using sinks = openSinks();
    await using proxy = await ConnectProxy.start(faults.port);
    faults.otherwise = otherwise;
    meanwhile?.(proxy);
    await using keyfold = new Keyfold({
      ...options,
      ...sinks.options,
      ...own,
      tls: { ...options.tls, ...own?.tls },
      proxy: `http://user:${password}@127.0.0.1:${proxy.port}`,
    });
    const errors: unknown[] = [];
    const objects: unknown[] = [keyfold, keyfold.tenants, keyfold.apiKeys];
    for (const call of Object.values(everyCall)) {
      try {
        const called = call(keyfold, planted);
        if (called instanceof CallPromise) objects.push(called);
        await called;
      } catch (error) {
        errors.push(error);
      }
    }
    plantDataKeys();
    expect(errors.every(isKeyfoldError)).toBe(true);
    for (const error of errors) expect(canaries.in(shown(error))).toEqual([]);
    for (const object of objects) expect(canaries.in(shown(object))).toEqual([]);
    for (const [sink, text] of Object.entries(await sinks.collect())) {
      expect([sink, canaries.in(text)]).toEqual([sink, []]);
      if (sink !== 'standard output') expect(text).not.toBe('');
    }
  });
});
