import { inspect } from 'node:util';
import { operationIds, operationOf } from '@keyfold/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../src/index.ts';
import { operations as kmsOperations } from '../src/kms/operations/operations.ts';
import { base64, callAws, createKey, text } from './aws-call.ts';

/** Looks like nothing that an emulator makes, in each form in which it could be noted. */
const canary = 'CANARY4111111111111111';
const forms = [
  canary,
  canary.toLowerCase(),
  base64(canary).slice(0, 28),
  Buffer.from(canary).toString('hex'),
  [...Buffer.from(canary)].join(','),
];

const secretsManagerOperations = [
  'BatchGetSecretValue',
  'CancelRotateSecret',
  'CreateSecret',
  'DescribeSecret',
  'GetRandomPassword',
  'GetSecretValue',
  'ListSecretVersionIds',
  'ListSecrets',
  'PutSecretValue',
  'RestoreSecret',
  'RotateSecret',
  'TagResource',
  'UntagResource',
  'UpdateSecret',
  'UpdateSecretVersionStage',
  // Last: the others need it.
  'DeleteSecret',
] as const;

describe('the journal, after a canary went through every operation', () => {
  let emulator: Emulator;
  let keyArn: string;
  beforeAll(async () => {
    emulator = await createEmulator({ keyPolicies: 'warn' });
    keyArn = await createKey(emulator);
  });
  afterAll(() => emulator.close());

  const expectNothing = (): void => {
    const entries = emulator.journal.find();
    const shown = `${inspect(entries, { depth: 9, maxStringLength: null, maxArrayLength: null })}${JSON.stringify(entries)}`;
    for (const form of forms) expect(shown).not.toContain(form);
  };

  it('of AWS KMS, in every member that the operation has, has nothing of it', async () => {
    const encrypted = await callAws(emulator, 'Encrypt', {
      KeyId: keyArn,
      Plaintext: base64(canary),
      EncryptionContext: { card: canary },
    });
    await callAws(emulator, 'Decrypt', {
      CiphertextBlob: text(encrypted, 'CiphertextBlob'),
      EncryptionContext: { card: canary },
    });
    for (const name of kmsOperations.keys()) {
      const bytes = base64(canary);
      // What is in no operation's input is passed over; what is, is there in one of these forms.
      const members = {
        CiphertextBlob: bytes,
        Plaintext: bytes,
        Message: bytes,
        Mac: bytes,
        Signature: bytes,
        PublicKey: bytes,
        EncryptedKeyMaterial: bytes,
        ImportToken: bytes,
        EncryptionContext: { card: canary },
        SourceEncryptionContext: { card: canary },
        DestinationEncryptionContext: { card: canary },
        GrantTokens: [canary],
        GrantToken: canary,
        KeyStorePassword: canary,
        XksProxyAuthenticationCredential: { AccessKeyId: canary, RawSecretAccessKey: canary },
        Constraints: { EncryptionContextEquals: { card: canary } },
        Description: canary,
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: canary }] }),
        Tags: [{ TagKey: 'a', TagValue: canary }],
        Marker: canary,
      };
      for (const extra of [{}, { KeyId: keyArn }, { KeyId: keyArn, KeySpec: 'AES_256' }])
        await callAws(emulator, name, { ...members, ...extra });
    }
    await callAws(emulator, canary, {});
    expect(emulator.journal.find({ operation: 'Decrypt', error: null })).toHaveLength(1);
    expect(emulator.journal.count({ service: 'kms' })).toBeGreaterThan(3 * 50);
    expectNothing();
  });

  it('of Secrets Manager has nothing of it', async () => {
    for (const name of secretsManagerOperations)
      for (const extra of [
        { Name: 'a' },
        { SecretId: 'a' },
        { ExcludeCharacters: canary, NextToken: canary },
      ])
        await callAws(
          emulator,
          name,
          {
            SecretString: canary,
            Description: canary,
            ClientRequestToken: `${canary}-${canary}`,
            Tags: [{ Key: 'a', Value: canary }],
            Filters: [{ Key: 'name', Values: [canary] }],
            ...extra,
          },
          {},
          'secretsmanager',
        );
    const secrets = emulator.journal.find({ service: 'secretsmanager' });
    for (const name of ['CreateSecret', 'GetSecretValue', 'PutSecretValue'])
      expect(secrets.some(({ operation, error }) => operation === name && error === null)).toBe(true);
    expectNothing();
  });

  it('of the encryption API has nothing of it, nor of a token or a query', async () => {
    const apiKey = emulator.access.apiKey;
    for (const id of operationIds) {
      const { method, path } = operationOf(id);
      const filled = path
        .replaceAll('{tenant}', 'demo')
        .replaceAll('{service}', 'app')
        .replaceAll(/\{\w+\}/g, 'x');
      for (const token of [apiKey, `kf_admin_${canary}`, canary]) {
        const answer = await fetch(`${emulator.url}${filled}?limit=1&unknown=${canary}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'idempotency-key': canary,
          },
          ...(method === 'GET' || method === 'DELETE'
            ? {}
            : {
                body: JSON.stringify({
                  id: canary,
                  plaintext: base64(canary),
                  items: [{ key: base64(canary), wrapped: base64(canary), context: { card: canary } }],
                }),
              }),
        });
        await answer.arrayBuffer();
      }
    }
    const noted = new Set(
      emulator.journal.find({ service: 'encryption-api' }).map(({ operation }) => operation),
    );
    expect([...noted].toSorted()).toEqual([...operationIds].toSorted());
    const shown = JSON.stringify(emulator.journal.find());
    expect(shown).not.toContain(apiKey);
    expect(shown).not.toContain(apiKey.slice(-20));
    expectNothing();
  });

  it('tells of a failed assertion without it', () => {
    const attempt = (): unknown => emulator.journal.expect({ operation: 'Decrypt' }, 9_999);
    expect(attempt).toThrow('Expected 9999 requests to fit');
    for (const form of forms) expect(attempt).not.toThrow(form);
  });
});
