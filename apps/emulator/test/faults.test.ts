import { randomUUID } from 'node:crypto';
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { Keyfold } from '@keyfold/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { delayOf } from '../src/control/fault-effects.ts';
import { seededRandom } from '../src/control/seeded-random.ts';
import { createEmulator, type Emulator, type FaultEffect, type FaultRule } from '../src/index.ts';
import { base64, callAws, createKey, text } from './aws-call.ts';

describe('faults', () => {
  let emulator: Emulator;
  let keyArn: string;
  let CiphertextBlob: string;
  beforeAll(async () => {
    emulator = await createEmulator();
    keyArn = await createKey(emulator);
    await callAws(emulator, 'CreateAlias', { AliasName: 'alias/one', TargetKeyId: keyArn });
    CiphertextBlob = text(
      await callAws(emulator, 'Encrypt', { KeyId: keyArn, Plaintext: base64('plain') }),
      'CiphertextBlob',
    );
  });
  afterEach(() => emulator.faults.clear());
  afterAll(() => emulator.close());

  const encrypt = (KeyId: string = keyArn) => callAws(emulator, 'Encrypt', { KeyId, Plaintext: base64('a') });
  const decrypt = () => callAws(emulator, 'Decrypt', { CiphertextBlob });
  /** The statuses of so many requests, one after the other. */
  async function statuses(count: number, request: () => Promise<{ status: number }>): Promise<number[]> {
    const found: number[] = [];
    for (let at = 0; at < count; at++) found.push((await request()).status);
    return found;
  }

  describe('answer as AWS KMS does', () => {
    const refusals: readonly (readonly [FaultRule['effect'], number, string, (arn: string) => string])[] = [
      [
        'throttling',
        400,
        'ThrottlingException',
        () => 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
      ],
      [
        'internal-error',
        500,
        'KMSInternalException',
        () => 'The request was rejected because an internal exception occurred. The request can be retried.',
      ],
      [
        'dependency-timeout',
        503,
        'DependencyTimeoutException',
        () => 'The system timed out while trying to fulfill the request. You can retry the request.',
      ],
      ['disabled-root', 400, 'DisabledException', (arn) => `${arn} is disabled.`],
    ];
    for (const [effect, status, error, message] of refusals)
      it(`by ${error} for ${JSON.stringify(effect)}, whatever the key is called`, async () => {
        const rule = emulator.faults.add({ service: 'kms', effect });
        const answers = [await encrypt(keyArn), await encrypt('alias/one'), await decrypt()];
        for (const answer of answers)
          expect(answer).toMatchObject({ status, error, message: message(keyArn) });
        expect(rule.hits).toBe(3);
        rule.remove();
        expect((await decrypt()).status).toBe(200);
      });

    it('so that the client of AWS throws its own classes and retries what it retries', async () => {
      const client = new KMSClient({ ...emulator.aws, maxAttempts: 3 });
      const rule = emulator.faults.add({ operation: 'Encrypt', count: 2, effect: 'throttling' });
      const answer = await client.send(new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from('a') }));
      expect(answer.$metadata.attempts).toBe(3);
      expect(rule.hits).toBe(2);
      emulator.faults.add({ operation: 'Decrypt', effect: 'disabled-root' });
      await expect(
        client.send(new DecryptCommand({ CiphertextBlob: Buffer.from(CiphertextBlob, 'base64') })),
      ).rejects.toMatchObject({ name: 'DisabledException', $fault: 'client' });
      client.destroy();
    });
  });

  describe('strike', () => {
    it('the operation that is named, and no other', async () => {
      emulator.faults.add({ operation: 'Decrypt', effect: 'throttling' });
      expect([(await encrypt()).status, (await decrypt()).status]).toEqual([200, 400]);
    });

    it('the key that is meant, by id, ARN or alias, also where only a ciphertext says which it is', async () => {
      const other = await createKey(emulator);
      for (const key of [keyArn, keyArn.split('/')[1] ?? '', 'alias/one']) {
        const rule = emulator.faults.add({ key, effect: 'internal-error' });
        const answers = [await encrypt(), await encrypt('alias/one'), await decrypt(), await encrypt(other)];
        expect(
          answers.map(({ status }) => status),
          key,
        ).toEqual([500, 500, 500, 200]);
        rule.remove();
      }
    });

    it('the key of an ARN in its account and Region, and none of the same name elsewhere', async () => {
      const accounts = ['111122223333', '444455556666'];
      for (const accessKeyId of accounts) {
        const TargetKeyId = await createKey(emulator, {}, { accessKeyId });
        await callAws(emulator, 'CreateAlias', { AliasName: 'alias/same', TargetKeyId }, { accessKeyId });
      }
      const arnOf = (account: string): string => `arn:aws:kms:us-east-1:${account}:alias/same`;
      const struck = async (KeyId: (account: string) => string): Promise<readonly number[]> => {
        const found: number[] = [];
        for (const accessKeyId of accounts)
          found.push(
            (
              await callAws(
                emulator,
                'Encrypt',
                { KeyId: KeyId(accessKeyId), Plaintext: base64('a') },
                { accessKeyId },
              )
            ).status,
          );
        return found;
      };
      emulator.faults.add({ key: arnOf('111122223333'), effect: 'throttling' });
      expect(await struck(arnOf)).toEqual([400, 200]);
      expect(await struck(() => 'alias/same')).toEqual([400, 200]);
      emulator.faults.clear();
      emulator.faults.add({ key: 'alias/same', effect: 'throttling' });
      expect(await struck(arnOf)).toEqual([400, 400]);
    });

    it('the secret that is named, by its name or its ARN, however the request calls it', async () => {
      const secrets = (operation: string, input: object) =>
        callAws(emulator, operation, input, {}, 'secretsmanager');
      const created = await secrets('CreateSecret', {
        Name: 'payments/db-primary',
        SecretString: 'x',
        ClientRequestToken: randomUUID(),
      });
      const names = ['payments/db-primary', text(created, 'ARN')];
      for (const key of names) {
        const rule = emulator.faults.add({ service: 'secretsmanager', key, effect: 'throttling' });
        for (const SecretId of names)
          expect((await secrets('GetSecretValue', { SecretId })).error, `${key} ${SecretId}`).toBe(
            'ThrottlingException',
          );
        expect((await secrets('GetSecretValue', { SecretId: 'payments/db' })).error).toBe(
          'ResourceNotFoundException',
        );
        rule.remove();
      }
      expect(emulator.journal.count({ key: names[0] ?? '', operation: 'GetSecretValue' })).toBe(4);
    });

    it('the account that is named', async () => {
      emulator.faults.add({ account: '111122223333', operation: 'ListKeys', effect: 'throttling' });
      const of = (accessKeyId: string) => callAws(emulator, 'ListKeys', {}, { accessKeyId });
      expect([(await of('111122223333')).status, (await of('444455556666')).status]).toEqual([400, 200]);
    });

    it('the n-th request that fits', async () => {
      emulator.faults.add({ operation: 'Decrypt', nth: 3, effect: 'throttling' });
      await encrypt();
      expect(await statuses(5, decrypt)).toEqual([200, 200, 400, 200, 200]);
    });

    it('so many requests and no more', async () => {
      emulator.faults.add({ operation: 'Decrypt', count: 2, effect: 'throttling' });
      expect(await statuses(4, decrypt)).toEqual([400, 400, 200, 200]);
    });

    it('with a probability, the same ones in each run', async () => {
      const run = async (): Promise<number[]> => {
        emulator.faults.clear();
        emulator.faults.add({ operation: 'Decrypt', probability: 0.5, effect: 'throttling' });
        return statuses(30, decrypt);
      };
      const first = await run();
      expect(new Set(first)).toEqual(new Set([200, 400]));
      expect(await run()).toEqual(first);
      emulator.faults.clear();
      emulator.faults.add({ operation: 'Decrypt', probability: 0, effect: 'throttling' });
      expect(await statuses(3, decrypt)).toEqual([200, 200, 200]);
    });

    it('by the first rule that hits', async () => {
      emulator.faults.add({ operation: 'Decrypt', nth: 2, effect: 'internal-error' });
      emulator.faults.add({ operation: 'Decrypt', effect: 'throttling' });
      expect(await statuses(3, decrypt)).toEqual([400, 500, 400]);
    });
  });

  it('break the connection before anything is done, or when it has been', async () => {
    const description = async (): Promise<unknown> => {
      const { output } = await callAws(emulator, 'DescribeKey', { KeyId: keyArn });
      return Object(output['KeyMetadata'])['Description'];
    };
    const update = (Description: string) =>
      callAws(emulator, 'UpdateKeyDescription', { KeyId: keyArn, Description });
    emulator.faults.add({ operation: 'UpdateKeyDescription', count: 1, effect: 'connection-reset' });
    await expect(update('before')).rejects.toThrow();
    expect(await description()).toBe('');
    emulator.faults.add({
      operation: 'UpdateKeyDescription',
      count: 1,
      effect: { kind: 'connection-reset', when: 'after' },
    });
    await expect(update('after')).rejects.toThrow();
    expect(await description()).toBe('after');
    expect((await update('')).status).toBe(200);
  });

  it('let an answer trickle, whole in the end', async () => {
    emulator.faults.add({ operation: 'Decrypt', effect: { kind: 'slow-body', bytesPerSecond: 20_000 } });
    const answer = await decrypt();
    expect(text(answer, 'Plaintext')).toBe(base64('plain'));
    expect(emulator.journal.find({ operation: 'Decrypt' }).at(-1)).toMatchObject({
      status: 200,
      fault: { effect: 'slow-body' },
    });
  });

  it('flip a bit of a ciphertext or a plaintext, so that who does not check is found out', async () => {
    emulator.faults.add({
      operation: 'Decrypt',
      count: 1,
      effect: { kind: 'wrong-answer', what: 'flipped-bit' },
    });
    const wrong = Buffer.from(text(await decrypt(), 'Plaintext'), 'base64').toString();
    expect(wrong).not.toBe('plain');
    expect(wrong).toHaveLength('plain'.length);
    emulator.faults.add({
      operation: 'GenerateDataKey',
      count: 1,
      effect: { kind: 'wrong-answer', what: 'flipped-bit', member: 'Plaintext' },
    });
    const spoiled = await callAws(emulator, 'GenerateDataKey', { KeyId: keyArn, KeySpec: 'AES_256' });
    const opened = await callAws(emulator, 'Decrypt', { CiphertextBlob: text(spoiled, 'CiphertextBlob') });
    expect(text(opened, 'Plaintext')).not.toBe(text(spoiled, 'Plaintext'));
    emulator.faults.add({ operation: 'Encrypt', effect: { kind: 'wrong-answer', what: 'flipped-bit' } });
    const blob = text(await encrypt(), 'CiphertextBlob');
    expect(await callAws(emulator, 'Decrypt', { CiphertextBlob: blob })).toMatchObject({
      error: 'InvalidCiphertextException',
    });
  });

  describe('that have nothing to change in an answer', () => {
    const flipped = { kind: 'wrong-answer', what: 'flipped-bit' } as const;
    const otherKey = { kind: 'wrong-answer', what: 'other-key' } as const;
    const fails = () => callAws(emulator, 'Decrypt', { CiphertextBlob: base64('no ciphertext') });
    const list = () => callAws(emulator, 'ListKeys', {});
    const lastFault = () => emulator.journal.find().at(-1)?.fault;

    it('have not struck, by their count and by the journal', async () => {
      const rule = emulator.faults.add({ service: 'kms', effect: flipped });
      const others: readonly (() => Promise<{ status: number }>)[] = [fails, list];
      for (const [at, request] of others.entries()) {
        expect((await request()).status).toBe(at === 0 ? 400 : 200);
        expect([rule.hits, lastFault()]).toEqual([0, null]);
      }
      await decrypt();
      expect([rule.hits, lastFault()]).toEqual([1, { rule: rule.id, effect: 'wrong-answer' }]);
      const named = emulator.faults.add({
        operation: 'Decrypt',
        effect: { ...flipped, member: 'Plaintext' },
      });
      rule.remove();
      expect(text(await decrypt(), 'Plaintext')).not.toBe(base64('plain'));
      const empty = await callAws(emulator, 'Encrypt', { KeyId: keyArn, Plaintext: base64('a') });
      expect([empty.status, named.hits]).toEqual([200, 1]);
    });

    it('wait for the next answer, however often they strike and whichever request they are for', async () => {
      for (const rule of [
        { operation: 'Decrypt', count: 1, effect: flipped },
        { operation: 'Decrypt', nth: 1, effect: flipped },
        { operation: 'Decrypt', nth: 1, count: 1, effect: otherKey },
      ]) {
        const added = emulator.faults.add(rule);
        for (let round = 0; round < 2; round++) {
          await fails();
          expect([added.hits, lastFault()]).toEqual([0, null]);
        }
        await decrypt();
        expect([added.hits, lastFault()]).toEqual([1, { rule: added.id, effect: 'wrong-answer' }]);
        expect(text(await decrypt(), 'Plaintext')).toBe(base64('plain'));
        expect([added.hits, lastFault()]).toEqual([1, null]);
        added.remove();
      }
    });

    it('strike the encryption API no more than AWS', async () => {
      const rule = emulator.faults.add({ service: 'encryption-api', count: 1, effect: flipped });
      const get = (path: string) =>
        fetch(`${emulator.url}${path}`, { headers: { authorization: `Bearer ${emulator.access.apiKey}` } });
      expect((await get('/v1/tenants/absent')).status).toBe(404);
      expect((await get('/v1/tenants/demo')).status).toBe(200);
      expect([rule.hits, lastFault()]).toEqual([0, null]);
      const keyfold = new Keyfold({
        apiKey: emulator.access.apiKey,
        baseUrl: emulator.httpsUrl,
        tls: { ca: emulator.ca },
      });
      const keys = keyfold.tenant('demo').service('app');
      // The key that is sealed under is as it was: what was changed is its wrapped form, which is looked at when it is opened.
      await keys.encrypt('a', { context: { a: 'b' } });
      await keyfold.close();
      expect(rule.hits).toBe(1);
      expect(lastFault()).toEqual({ rule: rule.id, effect: 'wrong-answer' });
    });
  });

  it("name another key's id in the answer", async () => {
    emulator.faults.add({ operation: 'Decrypt', effect: { kind: 'wrong-answer', what: 'other-key' } });
    const answer = await decrypt();
    expect(text(answer, 'KeyId')).toMatch(/^arn:aws:kms:us-east-1:000000000000:key\//);
    expect(text(answer, 'KeyId')).not.toBe(keyArn);
    expect(text(answer, 'Plaintext')).toBe(base64('plain'));
  });

  it('strike Secrets Manager with its own errors', async () => {
    const get = () => callAws(emulator, 'ListSecrets', {}, {}, 'secretsmanager');
    for (const [effect, status, error] of [
      ['throttling', 400, 'ThrottlingException'],
      ['internal-error', 500, 'InternalServiceError'],
    ] as const) {
      const rule = emulator.faults.add({ service: 'secretsmanager', effect });
      expect(await get()).toMatchObject({ status, error });
      rule.remove();
    }
    expect((await get()).status).toBe(200);
  });

  it('strike Secrets Manager from below: what its key in AWS KMS refuses, it tells', async () => {
    const secrets = (operation: string, input: object) =>
      callAws(emulator, operation, input, {}, 'secretsmanager');
    await secrets('CreateSecret', { Name: 's', SecretString: 'x', ClientRequestToken: randomUUID() });
    emulator.faults.add({ service: 'kms', from: 'emulator', effect: 'disabled-root' });
    expect(await secrets('GetSecretValue', { SecretId: 's' })).toMatchObject({
      error: 'DecryptionFailure',
      message: expect.stringMatching(/:key\/[\w-]+ is disabled\..*DisabledException/),
    });
    expect((await secrets('ListSecrets', {})).status).toBe(200);
    expect(() => emulator.faults.add({ service: 'secretsmanager', effect: 'disabled-root' })).toThrow(
      expect.objectContaining({ code: 'invalid_fault_rule' }),
    );
  });

  describe('strike the encryption API', () => {
    const client = (): Keyfold =>
      new Keyfold({
        apiKey: emulator.access.apiKey,
        baseUrl: emulator.httpsUrl,
        tls: { ca: emulator.ca },
        timeoutMs: 5_000,
      });
    async function outcome(): Promise<unknown> {
      const keyfold = client();
      try {
        await keyfold
          .tenant('demo')
          .service('app')
          .encrypt('a', { context: { a: 'b' } });
        return 'sealed';
      } catch (error) {
        return Object(error).code;
      } finally {
        await keyfold.close();
      }
    }

    for (const [effect, code] of [
      ['throttling', 'root_key_throttled'],
      ['dependency-timeout', 'root_key_unavailable'],
      ['disabled-root', 'root_key_denied'],
      ['internal-error', 'internal_error'],
    ] as const)
      it(`by ${code} for ${effect}, for the tenant that is named`, async () => {
        emulator.faults.add({ service: 'encryption-api', tenant: 'other', effect });
        expect(await outcome()).toBe('sealed');
        emulator.faults.add({ service: 'encryption-api', operation: 'wrapDataKeys', tenant: 'demo', effect });
        expect(await outcome()).toBe(code);
      });

    it('from below: what its root key in AWS KMS refuses, it refuses', async () => {
      await emulator.reset();
      emulator.faults.add({ from: 'emulator', operation: 'Decrypt', effect: 'disabled-root' });
      expect(await outcome()).toBe('root_key_denied');
      emulator.faults.clear();
      emulator.faults.add({ from: 'emulator', operation: 'Decrypt', effect: 'connection-reset' });
      await emulator.restore(await emulator.snapshot());
      expect(await outcome()).toBe('root_key_unavailable');
      emulator.faults.clear();
      expect(await outcome()).toBe('sealed');
      keyArn = await createKey(emulator);
    });

    it('with keys that are wrong, which the SDK does not take', async () => {
      emulator.faults.add({
        service: 'encryption-api',
        operation: 'unwrapDataKeys',
        effect: { kind: 'wrong-answer', what: 'flipped-bit' },
      });
      const keyfold = client();
      const keys = keyfold.tenant('demo').service('app');
      const sealed = await keys.encrypt('a', { context: { a: 'b' } });
      const fresh = client();
      await expect(
        fresh
          .tenant('demo')
          .service('app')
          .decrypt(sealed, { context: { a: 'b' } }),
      ).rejects.toMatchObject({ code: 'commitment_mismatch' });
      await Promise.all([keyfold.close(), fresh.close()]);
    });

    it('with connections that break', async () => {
      emulator.faults.add({ service: 'encryption-api', effect: 'connection-reset' });
      expect(await outcome()).toMatch(/connection|deadline|timed?_?out/);
    });
  });

  describe('rules', () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['no effect', {}],
      ['an effect that there is not', { effect: 'explosion' }],
      ['an effect that needs more than its name', { effect: 'latency' }],
      ['a latency of nothing', { effect: { kind: 'latency' } }],
      ['a latency below nothing', { effect: { kind: 'latency', ms: -1 } }],
      ['two latencies', { effect: { kind: 'latency', ms: 1, minMs: 1, maxMs: 2 } }],
      ['bounds in the wrong order', { effect: { kind: 'latency', minMs: 2, maxMs: 1 } }],
      ['quantiles in the wrong order', { effect: { kind: 'latency', medianMs: 2, p99Ms: 1 } }],
      ['a body of no speed', { effect: { kind: 'slow-body', bytesPerSecond: 0 } }],
      ['a member that there is not', { effect: 'throttling', opertion: 'Encrypt' }],
      ['a service that there is not', { effect: 'throttling', service: 's3' }],
      ['an account that is none', { effect: 'throttling', account: '1' }],
      ['a zeroth request', { effect: 'throttling', nth: 0 }],
      ['more than certainty', { effect: 'throttling', probability: 1.1 }],
      ['an effect with a stranger', { effect: { kind: 'throttling', ms: 1 } }],
      ['an inherited name', { effect: 'toString' }],
      // What no request can fit would never strike, and its test would pass.
      [
        'a key where requests name none',
        { effect: 'throttling', service: 'encryption-api', key: 'alias/one' },
      ],
      ['a tenant where there are none', { effect: 'throttling', service: 'kms', tenant: 'demo' }],
      ['a tenant and a key', { effect: 'throttling', tenant: 'demo', key: 'alias/one' }],
      ['a tenant, asked by the emulator itself', { effect: 'throttling', tenant: 'demo', from: 'emulator' }],
      [
        'a service that the emulator itself never asks',
        { effect: 'throttling', service: 'secretsmanager', from: 'emulator' },
      ],
    ];
    for (const [what, rule] of wrong)
      it(`are refused for ${what}`, () => {
        expect(() => emulator.faults.add(rule as FaultRule)).toThrow(
          expect.objectContaining({ code: 'invalid_fault_rule' }),
        );
        expect(emulator.faults.list()).toEqual([]);
      });

    it('are not changed by what becomes of the object that they were added as', async () => {
      const effect = { kind: 'wrong-answer', what: 'other-key' } satisfies FaultEffect;
      const rule = { operation: 'GenerateRandom', effect };
      emulator.faults.add(rule);
      rule.operation = 'Decrypt';
      expect(emulator.faults.list()[0]?.rule.operation).toBe('GenerateRandom');
    });
  });
});

describe('latencies', () => {
  const draw = (effect: FaultEffect, count = 20_000): number[] => {
    const random = seededRandom(7);
    return Array.from({ length: count }, () => delayOf(effect, random)).sort((a, b) => a - b);
  };

  it('are fixed, or spread evenly between two', () => {
    expect(new Set(draw({ kind: 'latency', ms: 5 }))).toEqual(new Set([5]));
    const even = draw({ kind: 'latency', minMs: 10, maxMs: 20 });
    expect(even[0]).toBeGreaterThanOrEqual(10);
    expect(even.at(-1)).toBeLessThan(20);
    expect(even[10_000]).toBeCloseTo(15, 0);
  });

  it('are log-normal with the median and the 99th percentile that are asked for', () => {
    const drawn = draw({ kind: 'latency', medianMs: 10, p99Ms: 100 });
    expect(drawn[10_000]).toBeGreaterThan(9.5);
    expect(drawn[10_000]).toBeLessThan(10.5);
    expect(drawn[19_800]).toBeGreaterThan(85);
    expect(drawn[19_800]).toBeLessThan(115);
  });
});
