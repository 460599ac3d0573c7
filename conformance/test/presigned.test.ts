import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const minuteMs = 60_000;

let kms: EmulatedKms;
beforeAll(async () => {
  kms = await startEmulatedKms([{ arn: 'arn:aws:iam::111122223333:root', accessKeys: [credentials] }]);
});
afterAll(async () => {
  expect(kms.internalErrors).toEqual([]);
  await kms[Symbol.asyncDispose]();
});

type Signer = Awaited<ReturnType<KMSClient['config']['signer']>>;
type SdkRequest = Awaited<ReturnType<Signer['sign']>>;

/** The SDK's signer can presign; its type does not say so. */
interface Presigner extends Signer {
  presign(request: SdkRequest, options: object): Promise<SdkRequest>;
}

interface Presigned {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Lets the SDK's own signer presign a request. */
async function presign(
  operation: string,
  input: object,
  { secretAccessKey = credentials.secretAccessKey, expiresIn = 60, signingDate = new Date() } = {},
): Promise<Presigned> {
  const client = new KMSClient({
    endpoint: kms.url,
    region: 'eu-central-1',
    credentials: { ...credentials, secretAccessKey },
  });
  const { hostname, port } = new URL(kms.url);
  const body = JSON.stringify(input);
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers: {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
    },
    body,
  };
  const signer = (await client.config.signer({
    name: 'sigv4',
    signingName: 'kms',
    signingRegion: 'eu-central-1',
    properties: {},
  })) as Presigner;
  const { query, headers } = await signer.presign(request, {
    expiresIn,
    signingDate,
    unhoistableHeaders: new Set(['x-amz-target']),
  });
  const parameters = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return { url: `${kms.url}/?${parameters.join('&')}`, headers, body };
}

async function send({ url, headers, body }: Presigned) {
  const response = await fetch(url, { method: 'POST', headers, body });
  const members = (await response.json()) as Readonly<Record<string, unknown>>;
  return { status: response.status, members };
}

describe("requests that AWS's own signer presigned", () => {
  it('are answered to whoever has them', async () => {
    const created = await send(await presign('CreateKey', { Description: 'presigned' }));
    expect(created).toMatchObject({
      status: 200,
      members: { KeyMetadata: { AWSAccountId: '111122223333', Description: 'presigned' } },
    });
    const random = await presign('GenerateRandom', { NumberOfBytes: 32 });
    for (let round = 0; round < 2; round++)
      expect(await send(random)).toMatchObject({ status: 200, members: { Plaintext: expect.any(String) } });
  });

  it.each<[string, (presigned: Presigned) => Presigned]>([
    ['another body', (presigned) => ({ ...presigned, body: '{"NumberOfBytes":33}' })],
    [
      'another operation',
      (presigned) => ({
        ...presigned,
        headers: { ...presigned.headers, 'x-amz-target': 'TrentService.CreateKey' },
      }),
    ],
    [
      'a longer life',
      (presigned) => ({ ...presigned, url: presigned.url.replace('Expires=60', 'Expires=600') }),
    ],
  ])('are refused with %s', async (_, change) => {
    const presigned = await presign('GenerateRandom', { NumberOfBytes: 32 });
    const answer = await send(change(presigned));
    expect(answer.status).toBe(400);
    expect(answer.members['__type']).toBe('InvalidSignatureException');
  });

  it('are refused with another secret, and when they are no longer or not yet good', async () => {
    const now = Date.now();
    for (const options of [
      { secretAccessKey: 'another' },
      { signingDate: new Date(now - 2 * minuteMs) },
      { signingDate: new Date(now + 10 * minuteMs) },
    ]) {
      const answer = await send(await presign('GenerateRandom', { NumberOfBytes: 32 }, options));
      expect(answer.status).toBe(400);
      expect(answer.members['__type']).toBe('InvalidSignatureException');
    }
  });
});
