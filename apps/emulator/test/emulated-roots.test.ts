import { SecretBytes, systemClock } from '@keyfold/crypto-core';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { rootKeyContract } from '@keyfold/key-hierarchy/testing';
import { describe, expect, it } from 'vitest';
import { awsErrorOutcomes } from '../../../packages/kms/src/aws-error-outcomes.ts';
import { EmulatedRoots, rootOutcomes } from '../src/emulated-roots.ts';
import { createKms, type Kms } from '../src/kms/kms.ts';

async function open(): Promise<{ readonly roots: EmulatedRoots; readonly kms: Kms; readonly keyId: string }> {
  const kms = await createKms({ store: createMemoryStore(), clock: systemClock });
  const roots = new EmulatedRoots(kms);
  return { roots, kms, keyId: await roots.createKey() };
}

describe('a root key in the emulated AWS KMS', () => {
  for (const { name, run } of rootKeyContract)
    it(name, () =>
      run(async () => {
        const { roots, keyId } = await open();
        return roots.resolve({ provider: 'aws-kms', keyId });
      }),
    );

  it('takes what AWS KMS answers for what the adapter of the real one takes it for', () => {
    for (const [name, outcome] of Object.entries(rootOutcomes))
      expect(awsErrorOutcomes.get(name), name).toBe(outcome);
  });

  for (const [operation, input, code] of [
    ['DisableKey', {}, 'root_key_denied'],
    ['ScheduleKeyDeletion', { PendingWindowInDays: 7 }, 'root_key_denied'],
  ] as const)
    it(`refuses by ${code} after ${operation}`, async () => {
      const { roots, kms, keyId } = await open();
      const root = roots.resolve({ provider: 'aws-kms', keyId });
      using key = SecretBytes.random(32);
      const wrapped = await root.wrap(key, { a: 'b' });
      await kms.handle({
        target: `TrentService.${operation}`,
        body: Buffer.from(JSON.stringify({ KeyId: keyId, ...input })),
        accountId: '000000000000',
        region: 'us-east-1',
      });
      await expect(root.wrap(key, { a: 'b' })).rejects.toMatchObject({ code });
      await expect(root.unwrap(wrapped, { a: 'b' })).rejects.toMatchObject({ code });
      expect(await root.describe()).toMatchObject({ enabled: false });
    });

  it('is none of another provider, and named by an ARN alone', async () => {
    const { roots, keyId } = await open();
    expect(() => roots.resolve({ provider: 'static', keyId })).toThrow(
      expect.objectContaining({ code: 'root_provider_unknown' }),
    );
    for (const wrong of ['alias/a', keyId.split('/')[1] ?? '', `${keyId}/../x`, ''])
      expect(() => roots.resolve({ provider: 'aws-kms', keyId: wrong })).toThrow(
        expect.objectContaining({ code: 'root_key_invalid' }),
      );
  });
});
