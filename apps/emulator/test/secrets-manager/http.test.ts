import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@keyfold/crypto-core';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKms } from '../../src/kms/kms.ts';
import { isKmsRequest } from '../../src/kms/kms-http-handler.ts';
import { createIdentityRegistry } from '../../src/kms/policy/identity-registry.ts';
import { createSecretsManager } from '../../src/secrets-manager/secrets-manager.ts';
import {
  isSecretsManagerRequest,
  secretsManagerHttpHandler,
} from '../../src/secrets-manager/secrets-manager-http-handler.ts';

const credentials = { accessKeyId: 'AKIAALICE', secretAccessKey: 'only for tests' };
const identities = createIdentityRegistry([
  {
    arn: 'arn:aws:iam::111122223333:user/alice',
    policies: {
      all: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    },
    accessKeys: [credentials],
  },
]);
const server = createServer();
const strictServer = createServer();
let url = '';
let strictUrl = '';

beforeAll(async () => {
  const store = createMemoryStore();
  const kms = await createKms({ store, clock: systemClock });
  const secretsManager = createSecretsManager({ store, clock: systemClock, kms });
  const handle = secretsManagerHttpHandler(secretsManager);
  server.on('request', (request, response) => {
    if (isSecretsManagerRequest(request)) handle(request, response);
    else response.writeHead(404).end(isKmsRequest(request) ? 'KMS' : 'something else');
  });
  strictServer.on(
    'request',
    secretsManagerHttpHandler(secretsManager, { mode: 'strict', identities, clock: systemClock }),
  );
  const listen = async (started: typeof server): Promise<string> => {
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  };
  url = await listen(server);
  strictUrl = await listen(strictServer);
});

afterAll(() => {
  for (const started of [server, strictServer]) {
    started.close();
    started.closeAllConnections();
  }
});

const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'secretsmanager.ListSecrets',
};
const post = (init: RequestInit & { path?: string } = {}): Promise<Response> =>
  fetch(`${url}${init.path ?? '/'}`, { method: 'POST', headers, body: '{}', ...init });

/** A request with a Signature Version 4, written down here a second time. */
function signed(service: string, secretAccessKey = credentials.secretAccessKey): RequestInit {
  const body = '{}';
  const timestamp = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const date = timestamp.slice(0, 8);
  const host = new URL(strictUrl).host;
  const signedHeaders = 'content-type;host;x-amz-date;x-amz-target';
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const lines = [
    `content-type:${headers['content-type']}`,
    `host:${host}`,
    `x-amz-date:${timestamp}`,
    `x-amz-target:${headers['x-amz-target']}`,
  ];
  const canonical = ['POST', '/', '', ...lines, '', signedHeaders, sha256(body)].join('\n');
  const scope = `${date}/eu-central-1/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n');
  const key = ['eu-central-1', service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, date));
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return {
    method: 'POST',
    body,
    headers: {
      ...headers,
      'x-amz-date': timestamp,
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    },
  };
}

describe('the HTTP handler', () => {
  it('answers in AWS JSON with a request id of its own', async () => {
    const responses = [await post(), await post({ path: '/?x=y' })];
    for (const response of responses) {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
      expect(await response.json()).toEqual({ SecretList: [] });
    }
    const ids = responses.map((response) => response.headers.get('x-amzn-requestid'));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('takes account and region from the credentials', async () => {
    const response = await post({
      headers: {
        ...headers,
        'x-amz-target': 'secretsmanager.CreateSecret',
        authorization: `AWS4-HMAC-SHA256 Credential=444455556666/20260102/ap-south-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00`,
      },
      body: JSON.stringify({
        Name: 'x',
        SecretString: 'v',
        ClientRequestToken: randomUUID(),
      }),
    });
    expect(await response.json()).toMatchObject({
      ARN: expect.stringMatching('^arn:aws:secretsmanager:ap-south-1:444455556666:secret:x-'),
    });
  });

  it('leaves other requests to others', async () => {
    const others: readonly (RequestInit & { path?: string })[] = [
      { method: 'GET', body: null },
      { path: '/v1/tenants' },
      { headers: { 'content-type': 'application/x-amz-json-1.1' } },
    ];
    for (const init of others) expect(await (await post(init)).text()).toBe('something else');
    const kms = { ...headers, 'x-amz-target': 'TrentService.ListKeys' };
    expect(await (await post({ headers: kms })).text()).toBe('KMS');
  });

  it.each([
    [{ headers: { ...headers, 'content-type': 'text/html' } }, 400, 'UnknownOperationException'],
    [{ headers: { ...headers, 'content-encoding': 'gzip' } }, 400, 'UnknownOperationException'],
    [{ body: '<html>' }, 400, 'SerializationException'],
    [{ body: ' '.repeat(2 * 1024 * 1024) }, 413, 'RequestEntityTooLargeException'],
  ])('refuses %j in AWS JSON', async (init, status, name) => {
    const response = await post(init);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-errortype')).toBe(name);
    expect(await response.json()).toMatchObject({ __type: name });
  });
});

describe('strict signatures', () => {
  it('let known credentials in whose scope says secretsmanager', async () => {
    const response = await fetch(strictUrl, signed('secretsmanager'));
    expect(await response.json()).toEqual({ SecretList: [] });
    expect(response.status).toBe(200);
  });

  it.each([
    ['a scope of another service', () => signed('kms'), 'InvalidSignatureException'],
    ['another key', () => signed('secretsmanager', 'wrong'), 'InvalidSignatureException'],
    ['none', () => ({ method: 'POST', body: '{}', headers }), 'MissingAuthenticationTokenException'],
  ])('refuse %s', async (_, request, name) => {
    const response = await fetch(strictUrl, request());
    expect([400, 403]).toContain(response.status);
    expect(await response.json()).toMatchObject({ __type: name });
  });
});
