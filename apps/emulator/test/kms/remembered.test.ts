import { describe, expect, it } from 'vitest';
import { placeOfRequest } from '../../src/kms/credential-scope.ts';
import { SignatureRefusal } from '../../src/kms/sigv4/signature-refusal.ts';
import { type Harness, openKms } from './kms-harness.ts';

const Plaintext = Buffer.from('a secret').toString('base64');

async function encrypted({ call }: Harness, KeyId: string, EncryptionContext?: object): Promise<string> {
  const { output } = await call('Encrypt', { KeyId, Plaintext, EncryptionContext });
  return output.CiphertextBlob;
}

describe('what is remembered of the last request', () => {
  it('binds no ciphertext to the context of another, whatever came before it', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey();
    const contexts = [
      { a: 'b' },
      { a: 'c' },
      { b: 'b' },
      { ab: '' },
      { a: 'b', c: 'd' },
      { a: 'b'.repeat(2000) },
      {},
      undefined,
    ];
    const blobs: string[] = [];
    for (const context of contexts) blobs.push(await encrypted(kms, KeyId, context));
    for (const [at, CiphertextBlob] of blobs.entries())
      for (const [other, EncryptionContext] of contexts.entries()) {
        const { status } = await kms.call('Decrypt', { CiphertextBlob, EncryptionContext });
        // No context and an empty one are the same.
        const isSame = at === other || (at >= 6 && other >= 6);
        expect(status, `${at} under ${other}`).toBe(isSame ? 200 : 400);
      }
  });

  it('opens ciphertexts of several keys and materials in turn', async () => {
    const kms = await openKms();
    const { KeyId } = await kms.createKey();
    const before = await encrypted(kms, KeyId);
    await kms.call('RotateKeyOnDemand', { KeyId });
    const after = await encrypted(kms, KeyId);
    const other = await encrypted(kms, (await kms.createKey()).KeyId);
    for (const CiphertextBlob of [before, after, other, before, before, other, after])
      expect((await kms.call('Decrypt', { CiphertextBlob })).output.Plaintext).toBe(Plaintext);
  });

  it('takes no name of a key that only begins or ends as the last one did', async () => {
    const { call, createKey } = await openKms();
    const { KeyId } = await createKey();
    expect((await call('Encrypt', { KeyId, Plaintext })).status).toBe(200);
    for (const wrong of [`${KeyId}0`, `0${KeyId}`, KeyId.slice(1), `${KeyId} `])
      expect((await call('Encrypt', { KeyId: wrong, Plaintext })).output.__type).toBe('NotFoundException');
  });

  it('reads an account and a region from each header by itself', () => {
    const scope = (account: string, region: string): string =>
      `AWS4-HMAC-SHA256 Credential=${account}/20260102/${region}/kms/aws4_request`;
    const first = scope('111122223333', 'eu-central-1');
    const second = scope('444455556666', 'us-west-2');
    for (const [header, accountId] of [
      [`${first}, SignedHeaders=host, Signature=00`, '111122223333'],
      [`${first}, SignedHeaders=host, Signature=11`, '111122223333'],
      [`${second}, SignedHeaders=host, Signature=00`, '444455556666'],
      [second, '444455556666'],
      // The scope does not end there: nobody's account is meant.
      [`${second}x, SignedHeaders=host, Signature=00`, undefined],
      [first, '111122223333'],
      [`${first}s`, undefined],
      [`${first}, SignedHeaders=host, Signature=22`, '111122223333'],
    ] as const)
      if (accountId === undefined) expect(() => placeOfRequest(header), header).toThrow(SignatureRefusal);
      else expect(placeOfRequest(header).accountId, header).toBe(accountId);
  });
});
