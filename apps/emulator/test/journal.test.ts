import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { Keyfold } from '@keyfold/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../src/control/journal.ts';
import { createEmulator, type Emulator, type JournalEntry, type JournalFilter } from '../src/index.ts';
import { base64, callAws, createKey, text } from './aws-call.ts';

const account = '111122223333';
const alice = `arn:aws:iam::${account}:user/alice`;

describe('the journal', () => {
  let emulator: Emulator;
  let keyArn: string;
  beforeAll(async () => {
    emulator = await createEmulator({
      keyPolicies: 'warn',
      identities: [
        {
          arn: alice,
          policies: {
            use: {
              Version: '2012-10-17',
              Statement: [{ Sid: 'MayEncrypt', Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' }],
            },
          },
          accessKeys: [{ accessKeyId: 'AKIAALICE', secretAccessKey: 'secret-of-alice' }],
        },
      ],
    });
    keyArn = await createKey(emulator, {}, { accessKeyId: account });
  });
  beforeEach(() => emulator.journal.clear());
  afterAll(() => emulator.close());

  const last = (): JournalEntry => {
    const entry = emulator.journal.find().at(-1);
    if (entry === undefined) throw new Error('The journal is empty.');
    return entry;
  };

  it('tells who asked what of which key, and how it ended', async () => {
    await callAws(
      emulator,
      'Encrypt',
      { KeyId: keyArn, Plaintext: base64('a'), EncryptionContext: { customer: 'forty-two' } },
      { accessKeyId: 'AKIAALICE' },
    );
    expect(last()).toMatchObject({
      sequence: 1,
      service: 'kms',
      operation: 'Encrypt',
      from: 'client',
      account,
      region: 'us-east-1',
      caller: alice,
      keys: [keyArn],
      tenant: null,
      context: [{ name: 'customer', valueLength: 9 }],
      status: 200,
      error: null,
      fault: null,
    });
    expect(last().durationMs).toBeGreaterThan(0);
    expect(Date.parse(last().at)).toBeLessThanOrEqual(Date.now());
  });

  it('tells which statement decided, and in warn mode what strict would refuse', async () => {
    const sender = { accessKeyId: 'AKIAALICE' };
    const encrypted = await callAws(emulator, 'Encrypt', { KeyId: keyArn, Plaintext: base64('a') }, sender);
    expect(last().decisions).toEqual([
      {
        action: 'kms:Encrypt',
        principal: alice,
        resource: keyArn,
        allowed: true,
        enforced: false,
        decidedBy: expect.stringMatching(/MayEncrypt.*use/),
      },
    ]);
    const CiphertextBlob = text(encrypted, 'CiphertextBlob');
    expect((await callAws(emulator, 'Decrypt', { CiphertextBlob, KeyId: keyArn }, sender)).status).toBe(200);
    expect(last().decisions).toEqual([
      expect.objectContaining({ action: 'kms:Decrypt', allowed: false, enforced: false }),
    ]);
    expect(emulator.journal.count({ refused: true })).toBe(1);
    expect(emulator.journal.count({ refused: true, operation: 'Encrypt' })).toBe(0);
  });

  it('notes errors, unknown operations, unreadable bodies and refused media types', async () => {
    await callAws(emulator, 'DescribeKey', { KeyId: 'alias/none' });
    expect(last()).toMatchObject({ keys: ['alias/none'], status: 400, error: 'NotFoundException' });
    await callAws(emulator, 'NoSuchOperation');
    expect(last()).toMatchObject({ operation: null, error: 'UnknownOperationException' });
    const post = (body: string, type: string) =>
      fetch(emulator.url, {
        method: 'POST',
        headers: { 'content-type': type, 'x-amz-target': 'TrentService.ListKeys' },
        body,
      });
    await post('{', 'application/x-amz-json-1.1');
    expect(last()).toMatchObject({ operation: 'ListKeys', error: 'SerializationException' });
    await post('{}', 'text/plain');
    expect(last()).toMatchObject({ service: 'kms', operation: null, error: 'UnknownOperationException' });
    expect(emulator.journal.total).toBe(4);
  });

  it('notes the encryption API by tenant, operation and the public part of the API key, and what that asked of AWS KMS', async () => {
    // A world that has not asked the root key yet.
    await emulator.restore(await emulator.snapshot());
    const keyfold = new Keyfold({
      apiKey: emulator.access.apiKey,
      baseUrl: emulator.httpsUrl,
      tls: { ca: emulator.ca },
    });
    await keyfold
      .tenant('demo')
      .service('app')
      .encrypt('a', { context: { a: 'b' } });
    await expect(
      keyfold
        .tenant('nobody')
        .service('app')
        .encrypt('a', { context: { a: 'b' } }),
    ).rejects.toThrow();
    await keyfold.close();
    const caller = emulator.access.apiKey.slice(0, 'kf_admin_'.length + 8);
    expect(emulator.journal.find({ service: 'encryption-api' })).toMatchObject([
      { operation: 'wrapDataKeys', tenant: 'demo', caller, account: null, status: 200, error: null },
      { operation: 'wrapDataKeys', tenant: 'nobody', caller, status: 404, error: 'tenant_not_found' },
    ]);
    expect(emulator.journal.find({ from: 'emulator' })).toMatchObject([
      { service: 'kms', operation: 'Decrypt', status: 200 },
    ]);
  });

  it('notes secrets by name and ARN', async () => {
    const created = await callAws(
      emulator,
      'CreateSecret',
      { Name: 'payments/database', SecretString: 'hunter2', ClientRequestToken: randomUUID() },
      {},
      'secretsmanager',
    );
    const entries = emulator.journal.find({ service: 'secretsmanager', key: 'payments/database' });
    expect(entries).toMatchObject([
      { operation: 'CreateSecret', keys: ['payments/database', text(created, 'ARN')] },
    ]);
  });

  it('holds no plaintext, ciphertext, key, token, or value of a context', async () => {
    const canary = 'canary-4111-1111';
    const sender = { accessKeyId: 'AKIAALICE' };
    const context = { EncryptionContext: { name: `context-${canary}` } };
    const encrypted = await callAws(
      emulator,
      'Encrypt',
      { KeyId: keyArn, Plaintext: base64(canary), ...context },
      sender,
    );
    const CiphertextBlob = text(encrypted, 'CiphertextBlob');
    await callAws(emulator, 'Decrypt', { CiphertextBlob, ...context }, sender);
    await callAws(emulator, 'Decrypt', { CiphertextBlob: base64(canary), ...context }, sender);
    const dataKey = await callAws(emulator, 'GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' }, sender);
    await callAws(emulator, canary, {}, sender);
    await callAws(
      emulator,
      'PutSecretValue',
      { SecretId: 'none', SecretString: canary },
      sender,
      'secretsmanager',
    );
    await callAws(
      emulator,
      'CreateSecret',
      { Name: 'canary', SecretString: canary, ClientRequestToken: randomUUID() },
      {},
      'secretsmanager',
    );
    await fetch(`${emulator.url}/v1/tenants/demo`, {
      headers: { authorization: `Bearer ${emulator.access.apiKey}` },
    });
    const shown = `${inspect(emulator.journal.find(), { depth: 9, maxStringLength: null, maxArrayLength: null })}${JSON.stringify(emulator.journal.find())}`;
    for (const secret of [
      canary,
      base64(canary),
      base64(canary).slice(0, 12),
      CiphertextBlob.slice(0, 40),
      text(dataKey, 'Plaintext'),
      text(dataKey, 'CiphertextBlob').slice(0, 40),
      emulator.access.apiKey,
      'secret-of-alice',
    ])
      expect(shown).not.toContain(secret);
    expect(emulator.journal.total).toBeGreaterThan(7);
  });

  describe('asserts', () => {
    beforeEach(async () => {
      for (let at = 0; at < 2; at++) await callAws(emulator, 'DescribeKey', { KeyId: keyArn });
    });

    it('that something was asked for, so often or within bounds, and returns it', () => {
      expect(emulator.journal.expect({ operation: 'DescribeKey', key: keyArn }, 2)).toHaveLength(2);
      expect(emulator.journal.expect({ operation: 'DescribeKey' })).toHaveLength(2);
      emulator.journal.expect({ operation: 'DescribeKey' }, { atLeast: 1, atMost: 2 });
      emulator.journal.expect({ operation: 'Decrypt' }, 0);
      emulator.journal.expect({ operation: 'Decrypt' }, { atMost: 1 });
    });

    for (const [filter, times, message] of [
      [
        { operation: 'Decrypt' },
        undefined,
        'Expected at least 1 request to fit {"operation":"Decrypt"}, but there were 0. The latest requests:\n#1 kms DescribeKey',
      ],
      [
        { operation: 'DescribeKey' },
        3,
        'Expected 3 requests to fit {"operation":"DescribeKey"}, but there were 2. ',
      ],
      [{ service: 'kms' }, { atLeast: 0, atMost: 1 }, '0 to 1 requests'],
    ] as const)
      it(`by an error that names what was expected and what came: ${message}`, () => {
        const attempt = (): unknown => emulator.journal.expect(filter, times);
        expect(attempt).toThrow(expect.objectContaining({ code: 'journal_mismatch' }));
        expect(attempt).toThrow(message);
        expect(attempt).toThrow('#2 kms DescribeKey');
        expect(attempt).toThrow(keyArn);
      });
  });

  it('refuses filters and counts that it does not know, which would let an assertion pass', () => {
    const refused = expect.objectContaining({ code: 'invalid_option' });
    const typo = { opration: 'ListGrants' } as JournalFilter;
    expect(() => emulator.journal.expect(typo, 0)).toThrow(refused);
    expect(() => emulator.journal.find(typo)).toThrow('"opration"');
    // What an untyped caller may pass.
    // What no compiler lets through, plain JavaScript does.
    expect(() => emulator.journal.count({ toString: 'x' } as unknown as JournalFilter)).toThrow(refused);
    for (const times of [{ atLest: 1 }, { atLeast: 2, atMost: 1 }, { atLeast: Number.NaN }, -1, Number.NaN])
      expect(() => emulator.journal.expect({}, times), JSON.stringify(times)).toThrow(refused);
  });

  it('finds by every member of a filter', async () => {
    emulator.faults.add({ operation: 'ListGrants', count: 1, effect: 'throttling' });
    await callAws(emulator, 'ListGrants', { KeyId: keyArn }, { accessKeyId: account });
    await callAws(emulator, 'ListKeys', {}, { accessKeyId: 'AKIAALICE' });
    const [throttled] = emulator.journal.find();
    const only: readonly JournalFilter[] = [
      { operation: 'ListGrants' },
      { key: keyArn },
      { key: keyArn.split('/')[1] ?? '' },
      { caller: `arn:aws:iam::${account}:root` },
      { status: 400 },
      { error: 'ThrottlingException' },
      { requestId: throttled?.requestId ?? '' },
      { faulted: true },
    ];
    for (const filter of only)
      expect(emulator.journal.find(filter), JSON.stringify(filter)).toEqual([throttled]);
    expect(emulator.journal.count({ account })).toBe(2);
    expect(emulator.journal.count({ error: null })).toBe(1);
    expect(emulator.journal.count({ afterSequence: 1 })).toBe(1);
    expect(emulator.journal.count({ tenant: 'demo' })).toBe(0);
    expect(emulator.journal.count({ operation: 'ListGrants', error: null })).toBe(0);
    emulator.faults.clear();
  });
});

describe('the ring of a journal', () => {
  const entry = {
    at: '2026-01-01T00:00:00.000Z',
    service: 'kms',
    operation: 'ListKeys',
    requestId: 'r',
    from: 'client',
    account: null,
    region: null,
    caller: null,
    keys: [],
    tenant: null,
    context: [],
    status: 200,
    error: null,
    durationMs: 1,
    fault: null,
    decisions: [],
  } as const;
  const record = { toEntry: (sequence: number): JournalEntry => ({ sequence, ...entry }) };

  it('remembers the latest requests in their order, and how many there were', () => {
    const journal = new Journal(3);
    for (let count = 0; count <= 7; count++) {
      const first = Math.max(1, count - 2);
      expect(journal.find().map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: count - first + 1 }, (_, index) => first + index),
      );
      expect(journal.total).toBe(count);
      journal.add(record);
    }
    journal.clear();
    expect([journal.total, journal.find()]).toEqual([0, []]);
    journal.add(record);
    expect(journal.find().map(({ sequence }) => sequence)).toEqual([1]);
  });
});
