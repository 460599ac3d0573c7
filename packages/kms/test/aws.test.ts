import { inspect } from 'node:util';
import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { SecretBytes } from '@keyfold/crypto-core';
import { rootKeyContract } from '@keyfold/key-hierarchy/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AwsRootKeyOptions, awsRootKey } from '../src/aws.ts';
import { awsErrorOutcomes } from '../src/aws-error-outcomes.ts';
import { codeOf } from './code-of.ts';
import { type KmsServer, keyArn, startKmsServer } from './kms-server.ts';

const context = { purpose: 'keyfold:tenant-key', tenant: 'b3BhcXVl', version: '1' };

/** The AWS SDK's own client, which tries once unless a test says otherwise. */
function clientOf({ url }: Pick<KmsServer, 'url'>, config: KMSClientConfig = {}): KMSClient {
  const client = new KMSClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    ...config,
  });
  onTestFinished(() => client.destroy());
  return client;
}

async function start(options: Partial<AwsRootKeyOptions> = {}) {
  const server = await startKmsServer();
  return { server, root: awsRootKey({ keyId: keyArn, client: clientOf(server), ...options }) };
}

/** As `start`, with a client that remembers each plaintext it handed out, and tells of each Decrypt that was answered. */
async function startRecording(onDecrypted: () => void = () => undefined) {
  const server = await startKmsServer();
  const client = clientOf(server);
  const plaintexts: Uint8Array[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if ('Plaintext' in result.output && result.output.Plaintext instanceof Uint8Array) {
        plaintexts.push(result.output.Plaintext);
        onDecrypted();
      }
      return result;
    },
    { step: 'initialize' },
  );
  return { server, root: awsRootKey({ keyId: keyArn, client }), plaintexts };
}

describe('the AWS root key', () => {
  for (const { name, run } of rootKeyContract) it(name, () => run(async () => (await start()).root));

  it('is named by its provider and its ARN', async () => {
    const { root } = await start();
    expect(root.reference).toEqual({ provider: 'aws-kms', keyId: keyArn });
  });

  it('sends the key, the encryption context and the algorithm with every Encrypt and Decrypt', async () => {
    const { server, root } = await start();
    using key = SecretBytes.random(32);
    (await root.unwrap(await root.wrap(key, context), context)).dispose();
    expect(server.requests.map(({ operation }) => operation)).toEqual(['Encrypt', 'Decrypt']);
    for (const { body } of server.requests) {
      expect(body).toMatchObject({
        KeyId: keyArn,
        EncryptionContext: context,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      });
    }
  });

  it('signs its requests', async () => {
    const { server, root } = await start();
    await root.describe();
    expect(server.requests[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//);
  });

  it('says what AWS says of the key', async () => {
    const { server, root } = await start();
    expect(await root.describe()).toEqual({ enabled: true, state: 'Enabled' });
    server.keyState = 'PendingDeletion';
    expect(await root.describe()).toEqual({ enabled: false, state: 'PendingDeletion' });
  });

  it('takes a function that makes the client when it is first needed, once', async () => {
    const server = await startKmsServer();
    let made = 0;
    const client = async () => {
      made += 1;
      return clientOf(server);
    };
    const root = awsRootKey({ keyId: keyArn, client });
    expect(made).toBe(0);
    await root.describe();
    await root.describe();
    expect(made).toBe(1);
  });

  it('tries again to make a client that could not be made', async () => {
    const server = await startKmsServer();
    let attempts = 0;
    const client = () => {
      attempts += 1;
      if (attempts === 1) throw new Error('no configuration');
      return clientOf(server);
    };
    const root = awsRootKey({ keyId: keyArn, client });
    expect(await codeOf(root.describe())).toBe('root_key_unavailable');
    expect(await root.describe()).toMatchObject({ enabled: true });
  });
});

describe('an answer from another key than was asked for', () => {
  const other = keyArn.replace('1234abcd', '5678abcd');

  it.each([
    ['another key', other],
    ['the same key in another region', keyArn.replace('eu-central-1', 'eu-west-1')],
    ['no key', null],
    ['something else', 'key'],
  ])('is refused: %s', async (_what, keyId) => {
    const { server, root } = await start();
    using key = SecretBytes.random(32);
    const wrapped = await root.wrap(key, context);
    server.misbehaviour = { keyId };
    expect(await codeOf(root.unwrap(wrapped, context))).toBe('root_key_invalid');
    expect(await codeOf(root.wrap(key, context))).toBe('root_key_invalid');
  });

  it('is told apart by a bare key id too', async () => {
    const { server, root } = await start({ keyId: '1234abcd-12ab-34cd-56ef-1234567890ab' });
    using key = SecretBytes.random(32);
    const wrapped = await root.wrap(key, context);
    (await root.unwrap(wrapped, context)).dispose();
    server.misbehaviour = { keyId: other };
    expect(await codeOf(root.unwrap(wrapped, context))).toBe('root_key_invalid');
  });

  it.each(['alias/customers', 'arn:aws:kms:eu-central-1:111122223333:alias/customers'])(
    'cannot be recognised for %s: there AWS itself checks',
    async (keyId) => {
      const { root } = await start({ keyId });
      using key = SecretBytes.random(32);
      (await root.unwrap(await root.wrap(key, context), context)).dispose();
    },
  );

  it('is refused when it holds no key at all', async () => {
    const { server, root } = await start();
    server.misbehaviour = { status: 200, body: JSON.stringify({ KeyId: keyArn }) };
    using key = SecretBytes.random(32);
    expect(await codeOf(root.wrap(key, context))).toBe('root_key_invalid');
    expect(await codeOf(root.unwrap(new Uint8Array(60), context))).toBe('root_key_invalid');
  });
});

describe('an error of AWS', () => {
  const fromServer = [...awsErrorOutcomes].filter(
    ([name]) => !['AbortError', 'CredentialsProviderError'].includes(name),
  );

  it.each(fromServer)('%s means %s', async (name, outcome) => {
    const { server, root } = await start();
    server.misbehaviour = { error: name };
    using key = SecretBytes.random(32);
    const codes = [root.wrap(key, context), root.unwrap(new Uint8Array(60), context), root.describe()].map(
      codeOf,
    );
    expect(new Set(await Promise.all(codes))).toEqual(new Set([`root_key_${outcome}`]));
  });

  it.each([
    ['DisabledException', 'root_key_denied'],
    ['KMSInvalidStateException', 'root_key_denied'],
    ['AccessDeniedException', 'root_key_denied'],
    ['NotFoundException', 'root_key_denied'],
    ['ThrottlingException', 'root_key_throttled'],
    ['LimitExceededException', 'root_key_throttled'],
    ['KMSInternalException', 'root_key_unavailable'],
    ['DependencyTimeoutException', 'root_key_unavailable'],
    ['KeyUnavailableException', 'root_key_unavailable'],
    ['ExpiredTokenException', 'root_key_unavailable'],
    ['UnrecognizedClientException', 'root_key_unavailable'],
    ['InvalidCiphertextException', 'root_key_invalid'],
    ['IncorrectKeyException', 'root_key_invalid'],
    ['InvalidKeyUsageException', 'root_key_invalid'],
    ['ValidationException', 'root_key_invalid'],
  ])('%s is %s, whatever else the table says', async (name, code) => {
    const { server, root } = await start();
    server.misbehaviour = { error: name };
    expect(await codeOf(root.unwrap(new Uint8Array(60), context))).toBe(code);
  });

  it('that is not in the table is nobody’s refusal', async () => {
    const { server, root } = await start();
    for (const status of [400, 403, 500]) {
      server.misbehaviour = { error: 'NeverHeardOfException', status };
      expect(await codeOf(root.describe())).toBe('root_key_unavailable');
    }
  });

  it('is kept as the cause, and its name is in the message', async () => {
    const { server, root } = await start();
    server.misbehaviour = { error: 'DisabledException' };
    const error: unknown = await root.describe().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'root_key_denied',
      message: expect.stringContaining('DisabledException'),
      cause: {
        name: 'DisabledException',
        message: expect.stringContaining('told to answer'),
        httpStatusCode: 400,
      },
    });
  });
});

describe('a key service that cannot be reached', () => {
  it.each([
    ['a reset connection', 'reset' as const],
    ['a page of HTML', { status: 502, body: '<html>bad gateway</html>' }],
    ['half an answer', { status: 200, body: '{"KeyId":"arn' }],
  ])('is unavailable: %s', async (_what, misbehaviour) => {
    const { server, root } = await start();
    server.misbehaviour = misbehaviour;
    expect(await codeOf(root.unwrap(new Uint8Array(60), context))).toBe('root_key_unavailable');
  });

  it('is unavailable: nobody listens', async () => {
    const root = awsRootKey({ keyId: keyArn, client: clientOf({ url: 'http://127.0.0.1:1' }) });
    expect(await codeOf(root.describe())).toBe('root_key_unavailable');
  });

  it('is unavailable: we have no credentials', async () => {
    const server = await startKmsServer();
    const credentials = async () => {
      throw Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' });
    };
    const root = awsRootKey({ keyId: keyArn, client: clientOf(server, { credentials }) });
    expect(await codeOf(root.describe())).toBe('root_key_unavailable');
    expect(server.requests).toEqual([]);
  });

  it('is given up after the time allowed, also while it waits for credentials', async () => {
    const { server, root } = await start({ timeoutMs: 20 });
    server.misbehaviour = 'silence';
    expect(await codeOf(root.describe())).toBe('root_key_unavailable');
    const credentials = () => new Promise<never>(() => undefined);
    const waiting = awsRootKey({ keyId: keyArn, client: clientOf(server, { credentials }), timeoutMs: 20 });
    expect(await codeOf(waiting.describe())).toBe('root_key_unavailable');
  });

  it('is given up when the caller gives up', async () => {
    const { server, root } = await start();
    server.misbehaviour = 'silence';
    const abort = new AbortController();
    const call = codeOf(root.describe({ signal: abort.signal }));
    abort.abort();
    expect(await call).toBe('root_key_unavailable');
  });
});

describe('a key that AWS unwrapped', () => {
  it('is left in no memory but the one that the caller owns', async () => {
    const { server, root, plaintexts } = await startRecording();
    using key = SecretBytes.random(32);
    const wrapped = await root.wrap(key, context);
    using unwrapped = await root.unwrap(wrapped, context);
    expect(unwrapped.reveal().some((byte) => byte !== 0)).toBe(true);
    server.misbehaviour = { keyId: 'other' };
    await codeOf(root.unwrap(wrapped, context));
    expect(plaintexts).toHaveLength(2);
    for (const plaintext of plaintexts) expect(plaintext.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['from another key', () => undefined, { keyId: 'other' }],
    ['after the caller gave up', (abort: AbortController) => abort.abort(), undefined],
  ])('is zeroised when it comes %s', async (_when, onAnswer, misbehaviour) => {
    const abort = new AbortController();
    const { server, root, plaintexts } = await startRecording(() => onAnswer(abort));
    using key = SecretBytes.random(32);
    const wrapped = await root.wrap(key, context);
    server.misbehaviour = misbehaviour;
    const taken: SecretBytes[] = [];
    const take = SecretBytes.take;
    const spy = vi.spyOn(SecretBytes, 'take').mockImplementation((source) => {
      const secret = take(source);
      taken.push(secret);
      return secret;
    });
    try {
      expect(await codeOf(root.unwrap(wrapped, context, { signal: abort.signal }))).toMatch(/^root_key_/);
      // The answer that nobody waits for any more is still on its way to being thrown away.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      expect(taken).toEqual([]);
      expect(plaintexts.map((plaintext) => plaintext.every((byte) => byte === 0))).toEqual([true]);
    } finally {
      spy.mockRestore();
    }
  });
});

describe('what an error shows', () => {
  it('is neither the key nor our credentials, whatever the service sends', async () => {
    const server = await startKmsServer();
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'session-token-of-ours' };
    const root = awsRootKey({ keyId: keyArn, client: clientOf(server, { credentials }) });
    const canary = SecretBytes.take(Buffer.from('canary-canary-canary-canary-1234'));
    const text = Buffer.from('canary-canary-canary-canary-1234').toString('base64');
    const misbehaviours = [
      { status: 200, body: `{"KeyId":"${keyArn}","Plaintext":"${text}"` },
      // A parser's message quotes what it could not read.
      { status: 200, body: `{"Plaintext":${text}}` },
      { status: 200, body: JSON.stringify({ KeyId: 'other', Plaintext: text }) },
      { status: 200, body: JSON.stringify({ KeyId: keyArn, Plaintext: [text] }) },
      { error: 'InvalidCiphertextException' },
      { error: 'KMSInternalException', status: 500 },
      'reset' as const,
    ];
    for (const misbehaviour of misbehaviours) {
      server.misbehaviour = misbehaviour;
      for (const call of [root.unwrap(new Uint8Array(60), context), root.wrap(canary, context)]) {
        const error: unknown = await call.catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(Error);
        const shown = `${inspect(error, { depth: 12, showHidden: true })} ${JSON.stringify(error)}`;
        expect(shown).not.toContain(text.slice(0, 6));
        expect(shown).not.toContain('canary-');
        expect(shown).not.toContain('session-token-of-ours');
      }
    }
    canary.dispose();
  });
});
