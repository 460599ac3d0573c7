import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { createEmulator, type Emulator } from '@keyfold/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DocumentSealer } from './document-sealer.ts';

const document = Buffer.from('The contract of customer 42');
const dayMs = 24 * 60 * 60 * 1000;

describe('DocumentSealer', () => {
  let emulator: Emulator;
  let kms: KMSClient;
  let keyId: string;
  let sealer: DocumentSealer;

  // One emulator for the file, in this process: no container, no port to choose.
  beforeAll(async () => {
    emulator = await createEmulator();
    kms = new KMSClient(emulator.aws);
  });
  afterAll(async () => {
    kms.destroy();
    await emulator.close();
  });

  // Each test begins with an emulator that has just started; a reset takes less than a millisecond.
  beforeEach(async () => {
    await emulator.reset();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    keyId = KeyMetadata?.Arn ?? '';
    sealer = new DocumentSealer(kms, keyId);
  });

  it('opens what it sealed', async () => {
    const sealed = await sealer.seal(document, '42');
    expect(sealed.ciphertext).not.toEqual(document);
    expect(await sealer.open(sealed, '42')).toEqual(document);
  });

  it("does not open one customer's document for another", async () => {
    const sealed = await sealer.seal(document, '42');
    await expect(sealer.open(sealed, '43')).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidCiphertextException' }),
    );
  });

  it('asks AWS KMS once for each document, by the key that it was given', async () => {
    await sealer.seal(document, '42');
    await sealer.seal(document, '42');
    emulator.journal.expect({ operation: 'GenerateDataKey', key: keyId }, 2);
    emulator.journal.expect({ operation: 'Decrypt' }, 0);
  });

  it('goes on when AWS KMS throttles it for a while', async () => {
    const throttling = emulator.faults.add({ operation: 'GenerateDataKey', count: 2, effect: 'throttling' });
    await sealer.seal(document, '42');
    expect(throttling.hits).toBe(2);
  });

  it('notices an answer that is wrong', async () => {
    const sealed = await sealer.seal(document, '42');
    emulator.faults.add({ operation: 'Decrypt', effect: { kind: 'wrong-answer', what: 'flipped-bit' } });
    await expect(sealer.open(sealed, '42')).rejects.toThrow();
  });

  it('opens nothing any more when the window of the deletion of its key is over', async () => {
    const sealed = await sealer.seal(document, '42');
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 }));
    emulator.clock.advance(7 * dayMs);
    await expect(sealer.open(sealed, '42')).rejects.toThrow(
      expect.objectContaining({ name: 'NotFoundException' }),
    );
  });
});
