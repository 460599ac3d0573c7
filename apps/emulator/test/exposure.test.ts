import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, DescribeKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { banner } from '../src/banner.ts';
import { createEmulator, type Emulator, type EmulatorOptions, type IdentityOptions } from '../src/index.ts';
import { base64, callAws, createKey, keyIds, text } from './aws-call.ts';

const account = '111122223333';
const bob: IdentityOptions = {
  arn: `arn:aws:iam::${account}:user/bob`,
  accessKeys: [{ accessKeyId: 'AKIABOB', secretAccessKey: 'secret-of-bob' }],
};

async function start(options: EmulatorOptions): Promise<Emulator> {
  const emulator = await createEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** What bob and somebody unknown are answered when they encrypt under a key of their account. */
async function outcomes(emulator: Emulator): Promise<Record<string, string>> {
  const KeyId = await createKey(emulator, {}, { accessKeyId: account });
  const of = async (accessKeyId: string): Promise<string> =>
    (await callAws(emulator, 'Encrypt', { KeyId, Plaintext: base64('a') }, { accessKeyId })).error ??
    'encrypted';
  return { bob: await of('AKIABOB'), unknown: await of(account) };
}

describe('key policies', () => {
  it('are enforced for known identities, and for nobody else, where nothing is said', async () => {
    const emulator = await start({ identities: [bob] });
    expect(await outcomes(emulator)).toEqual({ bob: 'AccessDeniedException', unknown: 'encrypted' });
  });

  it('are enforced for nobody where they are off', async () => {
    const emulator = await start({ identities: [bob], keyPolicies: 'off' });
    expect(await outcomes(emulator)).toEqual({ bob: 'encrypted', unknown: 'encrypted' });
  });

  it('are only noted in warn mode', async () => {
    const emulator = await start({ identities: [bob], keyPolicies: 'warn' });
    expect(await outcomes(emulator)).toEqual({ bob: 'encrypted', unknown: 'encrypted' });
    expect(emulator.journal.find({ refused: true })).toMatchObject([
      { caller: bob.arn, operation: 'Encrypt', status: 200 },
    ]);
  });

  it("are enforced for everybody in strict mode, also where the emulator's own services ask", async () => {
    const emulator = await start({ identities: [bob], keyPolicies: 'strict' });
    expect(await outcomes(emulator)).toEqual({ bob: 'AccessDeniedException', unknown: 'encrypted' });
    expect((await fetch(`${emulator.url}/_emulator/ready`)).status).toBe(200);
  });
});

describe('signatures', () => {
  const client = (emulator: Emulator, more: object = {}): KMSClient => {
    const made = new KMSClient({ ...emulator.aws, maxAttempts: 1, ...more });
    onTestFinished(() => made.destroy());
    return made;
  };

  it('do not count by default: any credentials will do, and those of the handle are of the account of the start', async () => {
    const emulator = await start({});
    const { KeyMetadata } = await client(emulator).send(new CreateKeyCommand({}));
    expect(KeyMetadata?.Arn).toContain(':us-east-1:000000000000:');
    expect(emulator.aws).toEqual({
      endpoint: emulator.url,
      region: emulator.region,
      credentials: emulator.credentials,
    });
    expect((await callAws(emulator, 'ListKeys')).status).toBe(200);
  });

  it('count in strict mode: the credentials of the handle work, and no others', async () => {
    const emulator = await start({ signatures: 'strict', identities: [bob] });
    const { KeyMetadata } = await client(emulator).send(new CreateKeyCommand({}));
    expect(KeyMetadata?.Arn).toContain(':000000000000:');
    expect(await callAws(emulator, 'ListKeys')).toMatchObject({ status: 400 });
    const wrong = { ...emulator.credentials, secretAccessKey: 'wrong' };
    await expect(
      client(emulator, { credentials: wrong }).send(new DescribeKeyCommand({ KeyId: 'alias/a' })),
    ).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    const stranger = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    await expect(
      client(emulator, { credentials: stranger }).send(new DescribeKeyCommand({ KeyId: 'alias/a' })),
    ).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    const [key] = bob.accessKeys ?? [];
    await expect(
      client(emulator, { credentials: key }).send(
        new EncryptCommand({ KeyId: KeyMetadata?.Arn, Plaintext: Buffer.from('a') }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(emulator.journal.find({ error: 'InvalidSignatureException' })).toHaveLength(1);
  });

  it('take the credentials of the handle also after a reset, and after a restart on the same state', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyfold-signed-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const options = { signatures: 'strict', stateFolder: join(folder, 'state') } as const;
    const first = await createEmulator(options);
    const { credentials } = first;
    await first.reset();
    expect((await client(first).send(new CreateKeyCommand({}))).$metadata.httpStatusCode).toBe(200);
    await first.close();
    const second = await start(options);
    expect(second.credentials).toEqual(credentials);
    expect((await start({ signatures: 'strict' })).credentials).not.toEqual(credentials);
  });

  it('count for Secrets Manager too', async () => {
    const emulator = await start({ signatures: 'strict' });
    const secrets = new SecretsManagerClient({ ...emulator.aws, maxAttempts: 1 });
    expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    secrets.destroy();
    expect((await callAws(emulator, 'ListSecrets', {}, {}, 'secretsmanager')).status).toBe(400);
  });

  it("go by the clock of the emulator, which its answers tell, so that AWS's client corrects its own", async () => {
    const emulator = await start({ signatures: 'strict' });
    emulator.clock.advance(86_400_000);
    const kms = client(emulator);
    await expect(kms.send(new CreateKeyCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    expect((await kms.send(new CreateKeyCommand({}))).$metadata.attempts).toBe(1);
    const { headers } = await fetch(`${emulator.url}/_emulator/ready`);
    const told = Date.parse(headers.get('date') ?? '');
    expect(Math.abs(told - emulator.clock.date.getTime())).toBeLessThan(60_000);
  });
});

describe('request quotas', () => {
  it('throttle each account by itself, as the clock goes', async () => {
    const emulator = await start({ requestRates: { ListKeys: 2 }, frozen: true });
    const list = (accessKeyId: string) => callAws(emulator, 'ListKeys', {}, { accessKeyId });
    const statuses = async (accessKeyId: string) => [
      (await list(accessKeyId)).status,
      (await list(accessKeyId)).status,
      (await list(accessKeyId)).error,
    ];
    expect(await statuses(account)).toEqual([200, 200, 'ThrottlingException']);
    expect(await statuses('444455556666')).toEqual([200, 200, 'ThrottlingException']);
    emulator.clock.advance(1_000);
    expect((await list(account)).status).toBe(200);
  });

  it("are a client's alone: what the emulator asks for itself, such as its tenants' root keys, takes nothing from them", async () => {
    const seed = {
      version: 1,
      accounts: [
        {
          id: '000000000000',
          keys: [{ id: 'f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0' }],
          secrets: [
            { name: 'seeded', kmsKeyId: 'f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0', string: 'only for tests' },
          ],
        },
      ],
    };
    const emulator = await start({
      requestRates: { '*': 1 },
      frozen: true,
      seeds: [{ text: JSON.stringify(seed) }],
    });
    const response = await fetch(`${emulator.url}/v1/tenants/demo/services/billing`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${emulator.access.apiKey}` },
    });
    expect(response.ok).toBe(true);
    const KeyId = 'f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0';
    const asked = {
      CreateKey: {},
      Encrypt: { KeyId, Plaintext: base64('a') },
      GenerateDataKey: { KeyId, NumberOfBytes: 32 },
      DescribeKey: { KeyId },
    };
    for (const [operation, input] of Object.entries(asked)) {
      expect((await callAws(emulator, operation, input)).status, operation).toBe(200);
      expect((await callAws(emulator, operation, input)).error, operation).toBe('ThrottlingException');
    }
  });

  it('count what Secrets Manager asks of KMS for a client', async () => {
    const emulator = await start({ requestRates: { GenerateDataKey: 1 }, frozen: true });
    const create = (Name: string) =>
      callAws(
        emulator,
        'CreateSecret',
        { Name, SecretString: 'only for tests', ClientRequestToken: '11111111-2222-4333-8444-555555555555' },
        {},
        'secretsmanager',
      );
    expect(await create('first')).toMatchObject({ status: 200 });
    expect(await create('second')).toMatchObject({ status: 400 });
    expect(emulator.journal.find({ from: 'emulator' }).map(({ error }) => error)).toEqual([
      null,
      'ThrottlingException',
    ]);
  });
});

describe('the banner', () => {
  it('says that it is for development only, and which credentials work', async () => {
    const lax = await start({});
    expect(banner(lax)).toMatch(/For development only: it keeps root keys on this disk/);
    expect(banner(lax)).toContain(
      'AWS_ACCESS_KEY_ID=000000000000 AWS_SECRET_ACCESS_KEY=emulator, or any others.',
    );
    const strict = await start({ signatures: 'strict' });
    const { accessKeyId, secretAccessKey } = strict.credentials;
    expect(banner(strict)).toContain(
      `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`,
    );
  });
});

describe('options', () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['a port that is none', { port: 70_000 }],
    ['one port for both', { port: 45_390, httpsPort: 45_390 }],
    ['a mode of policies that there is not', { keyPolicies: 'loose' }],
    ['a mode of signatures that there is not', { signatures: 'off' }],
    ['a start that is no moment', { startAt: 'tomorrow' }],
    ['a journal of nothing', { journalCapacity: 0 }],
    ['a seed of faults that is no integer', { faultSeed: 0.5 }],
    ['a rate of nothing', { requestRates: { Encrypt: 0 } }],
    ['a seed that is not there', { seeds: ['/nowhere/seed.yaml'] }],
  ];
  for (const [what, options] of wrong)
    it(`are refused with ${what}`, async () => {
      await expect(createEmulator(options)).rejects.toMatchObject({ code: 'invalid_option' });
    });

  it('are refused with credentials that look real, which would lie on the disk; the documentation may be copied', async () => {
    const withKey = (accessKeyId: string, secretAccessKey: string) => ({
      identities: [{ arn: bob.arn, accessKeys: [{ accessKeyId, secretAccessKey }] }],
    });
    const secret = `${'a1B2/'.repeat(7)}+wxyz`;
    const attempt = createEmulator(withKey('AKIA234567ABCDEFGHIJ', secret));
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_identity' });
    await expect(attempt).rejects.not.toThrow(secret);
    await start(withKey('AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'));
    await start(withKey('AKIA234567ABCDEFGHIJ', 'made up'));
  });

  it('are refused with identities that are none', async () => {
    await expect(createEmulator({ identities: [{ arn: 'bob' }] })).rejects.toMatchObject({
      code: 'invalid_identity',
    });
  });
});

const seedText = `version: 1
accounts:
  - id: "${account}"
    identities:
      - arn: arn:aws:iam::${account}:user/alice
        accessKeys:
          - { id: AKIAALICE, secret: only for tests }
        policies:
          use: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "kms:*", Resource: "*" }] }
    keys:
      - id: f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0
        aliases: [alias/payments]
        material: { hex: 6c26e2f6f34f537bc4e5ed9bfd8ea326794ef72a58c0d2e3652e3cd4762f2df5 }
    secrets:
      - name: payments/database
        string: only for tests
tenants:
  - id: acme
    root: arn:aws:kms:us-east-1:${account}:key/f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0
    services: [{ id: billing }]
`;

describe('seeds', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyfold-seeded-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const alice = { accessKeyId: 'AKIAALICE' };
  async function expectSeeded(emulator: Emulator): Promise<void> {
    expect(await keyIds(emulator, alice)).toContain('f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0');
    const secret = await callAws(
      emulator,
      'GetSecretValue',
      { SecretId: 'payments/database' },
      { accessKeyId: account },
      'secretsmanager',
    );
    expect(text(secret, 'SecretString')).toBe('only for tests');
    const tenant = await fetch(`${emulator.url}/v1/tenants/acme/services/billing`, {
      headers: { authorization: `Bearer ${emulator.access.apiKey}` },
    });
    expect(tenant.status).toBe(200);
    expect(
      (await callAws(emulator, 'Encrypt', { KeyId: 'alias/payments', Plaintext: base64('a') }, alice)).status,
    ).toBe(200);
  }

  it('are there from the start, and again after a reset', async () => {
    const file = join(folder, 'seed.yaml');
    writeFileSync(file, seedText);
    const emulator = await start({ seeds: [file] });
    await expectSeeded(emulator);
    await callAws(emulator, 'ScheduleKeyDeletion', { KeyId: 'f4d8f2c9-b9c6-4af6-9b4c-3092a01397b0' }, alice);
    await callAws(
      emulator,
      'DeleteSecret',
      { SecretId: 'payments/database' },
      { accessKeyId: account },
      'secretsmanager',
    );
    await emulator.reset();
    await expectSeeded(emulator);
    expect(emulator.journal.find({ caller: `arn:aws:iam::${account}:user/alice` })).not.toEqual([]);
  });

  it('are left as they are by the next start on the same state, and known to it without the seed', async () => {
    const stateFolder = join(folder, 'state');
    for (const seeds of [[{ text: seedText }], [{ text: seedText }], []]) {
      const emulator = await createEmulator({ stateFolder, seeds });
      await expectSeeded(emulator).finally(() => emulator.close());
    }
  });

  it('of the same material open on another machine what was encrypted on one', async () => {
    const one = await start({ seeds: [{ text: seedText }] });
    const other = await start({ seeds: [{ text: seedText }] });
    const input = { KeyId: 'alias/payments', Plaintext: base64('carried over') };
    const CiphertextBlob = text(await callAws(one, 'Encrypt', input, alice), 'CiphertextBlob');
    expect(text(await callAws(other, 'Decrypt', { CiphertextBlob }, alice), 'Plaintext')).toBe(
      base64('carried over'),
    );
  });

  it('can be added while it runs; a reset takes them away', async () => {
    const emulator = await start({});
    expect(await emulator.seed({ text: seedText })).toMatchObject({ keys: { created: 1, unchanged: 0 } });
    await expectSeeded(emulator);
    expect(await emulator.seed({ text: seedText })).toMatchObject({ keys: { created: 0, unchanged: 1 } });
    await emulator.reset();
    expect(await keyIds(emulator, { accessKeyId: account })).toEqual([]);
    expect(emulator.journal.find().at(-1)?.caller).toBe(`arn:aws:iam::${account}:root`);
  });

  it('that are added at once are planted one after the other: each thing is made once, and counted once', async () => {
    const emulator = await start({});
    const example = readFileSync(new URL('../../../docs/emulator/seeds.md', import.meta.url), 'utf8');
    const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(example) ?? [];
    const seed = yaml.replace('- id: billing', '- id: billing\n        keyVersions: 3');
    const counts = await Promise.all([1, 2, 3].map(() => emulator.seed({ text: seed })));
    for (const kind of ['keys', 'aliases', 'grants', 'secrets', 'tenants', 'apiKeys'] as const) {
      const created = counts.map((count) => count[kind].created);
      const unchanged = counts.map((count) => count[kind].unchanged);
      const all = Math.max(...created);
      expect([kind, created.toSorted(), unchanged.toSorted()]).toEqual([kind, [0, 0, all], [0, all, all]]);
      expect(all).toBeGreaterThan(0);
    }
    const service = await fetch(`${emulator.url}/v1/tenants/acme/services/billing`, {
      headers: { authorization: `Bearer ${emulator.access.apiKey}` },
    });
    expect(await service.json()).toMatchObject({ activeVersion: 3 });
  });

  it('that cannot be keep none of those after them from being planted', async () => {
    const emulator = await start({});
    const foreign = seedText
      .replace('payments/database', 'payments/other')
      .replaceAll('alias/', 'alias/aws/');
    const [bad, good] = await Promise.allSettled([
      emulator.seed({ text: foreign }),
      emulator.seed({ text: seedText }),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
    await expectSeeded(emulator);
  });

  it('with an identity that cannot be are refused whole: nothing of them is made', async () => {
    const emulator = await start({});
    const real = seedText
      .replace('AKIAALICE', 'AKIA234567ABCDEFGHIJ')
      .replace('only for tests', `${'a1B2/'.repeat(7)}+wxyz`);
    await expect(emulator.seed({ text: real })).rejects.toMatchObject({ code: 'invalid_identity' });
    expect(await keyIds(emulator, { accessKeyId: account })).toEqual([]);
  });

  it('that are none keep the emulator from starting, with the line', async () => {
    const attempt = createEmulator({ seeds: [{ text: 'version: 1\nkees: []\n', fileName: 'my.yaml' }] });
    await expect(attempt).rejects.toMatchObject({ code: 'seed_invalid' });
    await expect(attempt).rejects.toThrow(/my\.yaml.*2/s);
  });
});
