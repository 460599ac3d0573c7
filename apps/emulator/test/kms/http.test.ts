import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@keyfold/crypto-core';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKms } from '../../src/kms/kms.ts';
import { isKmsRequest, kmsHttpHandler } from '../../src/kms/kms-http-handler.ts';

let port = 0;
const server = createServer();

beforeAll(async () => {
  const handleKms = kmsHttpHandler(await createKms({ store: createMemoryStore(), clock: systemClock }));
  server.on('request', (request, response) => {
    if (isKmsRequest(request)) handleKms(request, response);
    else response.writeHead(404).end('not KMS');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.ListKeys' };
const post = (init: RequestInit & { path?: string } = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${init.path ?? '/'}`, { method: 'POST', headers, body: '{}', ...init });

const scope = (accessKeyId: string, region: string): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260102/${region}/kms/aws4_request, SignedHeaders=host, Signature=00`;

async function createdArn(authorization?: string): Promise<string> {
  const response = await post({
    headers: {
      ...headers,
      'x-amz-target': 'TrentService.CreateKey',
      ...(authorization ? { authorization } : {}),
    },
  });
  return JSON.parse(await response.text()).KeyMetadata.Arn;
}

describe('the HTTP handler', () => {
  it('answers in AWS JSON with a request id of its own', async () => {
    const responses = [await post(), await post()];
    for (const response of responses) {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
      expect(await response.json()).toEqual({ Keys: [], Truncated: false });
    }
    const ids = responses.map((response) => response.headers.get('x-amzn-requestid'));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('names the error in a header too', async () => {
    const response = await post({ headers: { ...headers, 'x-amz-target': 'TrentService.DescribeKey' } });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
  });

  it.each([
    ['111122223333', 'ap-south-1', 'arn:aws:kms:ap-south-1:111122223333:key/'],
    ['AKIAIOSFODNN7EXAMPLE', 'eu-west-2', 'arn:aws:kms:eu-west-2:000000000000:key/'],
    ['1111222233334', 'eu-west-2', 'arn:aws:kms:eu-west-2:000000000000:key/'],
    ['my key', 'eu-west-1', 'arn:aws:kms:eu-west-1:000000000000:key/'],
    ['a/key+of=theirs', 'eu-west-1', 'arn:aws:kms:eu-west-1:000000000000:key/'],
    ['k'.repeat(200), 'eu-west-1', 'arn:aws:kms:eu-west-1:000000000000:key/'],
    ['111122223333', 'local', 'arn:aws:kms:local:111122223333:key/'],
  ])('takes account and region from credentials %s in %s', async (accessKeyId, region, prefix) => {
    expect(await createdArn(scope(accessKeyId, region))).toMatch(prefix);
  });

  it('takes a scope that a blank ends, and one with more after it', async () => {
    for (const end of [
      '',
      ' SignedHeaders=host',
      ',SignedHeaders=host',
      ', Signature=0/1/2/aws4_request',
      ' x/20260102/us-west-2/kms/aws4_request',
    ])
      expect(
        await createdArn(
          `AWS4-HMAC-SHA256 Credential=111122223333/20260102/eu-west-1/kms/aws4_request${end}`,
        ),
      ).toMatch('arn:aws:kms:eu-west-1:111122223333:key/');
  });

  it.each([
    ['111122223333', 'EU'],
    ['111122223333', 'us_east_1'],
    ['111122223333', ''],
    ['111122223333', 'a'.repeat(40)],
  ])('refuses credentials %s in a Region that is none, %s: nothing is made elsewhere', async (id, region) => {
    for (let at = 0; at < 2; at++) {
      const response = await post({ headers: { ...headers, authorization: scope(id, region) } });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        __type: 'InvalidSignatureException',
        message: 'Credential should be scoped to a valid region. ',
      });
    }
  });

  it.each([
    'x'.repeat(200),
    '111122223333',
    '/20260102/eu-west-1/kms/aws4_request',
    '111122223333/eu-west-1/kms/aws4_request',
    '111122223333/20260102/EU/../x/kms/aws4_request',
    '111122223333/20260102/eu-west-1/kms/aws4_requests',
    '111122223333/20260102/eu-west-1/kms/',
  ])('refuses the credential %s, which has no scope', async (credential) => {
    for (const presigned of [false, true]) {
      const response = await post(
        presigned
          ? { path: `/?X-Amz-Credential=${encodeURIComponent(credential)}` }
          : {
              headers: {
                ...headers,
                authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host`,
              },
            },
      );
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        __type: 'IncompleteSignatureException',
        message: `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential.slice(0, 128)}'`,
      });
    }
  });

  it.each([undefined, 'Bearer x', 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256 Credentials=x'])(
    'uses the default account and region for authorisation %s',
    async (authorization) => {
      expect(await createdArn(authorization)).toMatch('arn:aws:kms:us-east-1:000000000000:key/');
    },
  );

  it('leaves requests that are not KMS requests to others', async () => {
    const others: readonly (RequestInit & { path?: string })[] = [
      { method: 'GET', body: null },
      { path: '/v1/tenants' },
      { headers: { ...headers, 'x-amz-target': 'secretsmanager.GetSecretValue' } },
      { headers: { 'content-type': 'application/x-amz-json-1.1' } },
    ];
    for (const init of others) expect(await (await post(init)).text()).toBe('not KMS');
  });

  it.each(['text/plain', 'application/json', ''])(
    'refuses content type "%s" in AWS JSON',
    async (contentType) => {
      const response = await post({ headers: { ...headers, 'content-type': contentType } });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
      expect(await response.json()).toEqual({ __type: 'UnknownOperationException' });
    },
  );

  it('accepts parameters of the content type, and refuses encoded bodies', async () => {
    const withCharset = { ...headers, 'content-type': 'Application/X-Amz-Json-1.1; charset=utf-8' };
    expect((await post({ headers: withCharset })).status).toBe(200);
    expect((await post({ headers: { ...headers, 'content-encoding': 'gzip' } })).status).toBe(400);
  });

  it('refuses a body that is too long, declared or not, and goes on to serve', async () => {
    const tooLong = Buffer.alloc(2 * 1024 * 1024, 0x20);
    const chunked = new ReadableStream({
      start(controller) {
        for (let at = 0; at < 32; at++) controller.enqueue(tooLong.subarray(0, 64 * 1024));
        controller.close();
      },
    });
    for (const init of [{ body: tooLong }, { body: chunked, duplex: 'half' as const }]) {
      const response = await post(init);
      expect(response.status).toBe(413);
      expect(await response.json()).toEqual({
        __type: 'RequestEntityTooLargeException',
        Message: 'HTTP content length exceeded 1048576 bytes.',
      });
    }
    expect((await post()).status).toBe(200);
  });

  it('refuses an enormous declared length before anything is sent', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest({
        port,
        method: 'POST',
        headers: { ...headers, 'content-length': 10 ** 12 },
      });
      request.on('response', (response) => {
        resolve(response.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      request.flushHeaders();
    });
    expect(status).toBe(413);
  });

  it('survives clients that go away in the middle', async () => {
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve) => {
        const request = httpRequest({ port, method: 'POST', headers: { ...headers, 'content-length': 100 } });
        request.on('error', () => resolve());
        request.write('{', () => request.destroy());
        request.on('close', () => resolve());
      });
    }
    expect((await post()).status).toBe(200);
  });

  it('keeps a connection for the next request', async () => {
    expect((await post()).headers.get('connection')).not.toBe('close');
  });
});
