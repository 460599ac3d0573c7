import fc from 'fast-check';
import { describe, it } from 'vitest';
import { dayMs, openKms } from './kms-harness.ts';

const context = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
  maxKeys: 3,
});
const step = fc.oneof(
  fc.record({
    kind: fc.constant('encrypt' as const),
    text: fc.uint8Array({ minLength: 1, maxLength: 64 }),
    context,
  }),
  fc.constant({ kind: 'rotate' as const }),
  fc.record({ kind: fc.constant('advance' as const), days: fc.integer({ min: 1, max: 400 }) }),
  fc.constant({ kind: 'restart' as const }),
);

describe('ciphertexts', () => {
  it('open whatever rotations, years and restarts came after them, and never under another context', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        let kms = await openKms();
        const { KeyId } = await kms.createKey();
        await kms.call('EnableKeyRotation', { KeyId });
        let days = 0;
        const sealed: { blob: string; plaintext: string; EncryptionContext: Record<string, string> }[] = [];
        for (const next of steps) {
          if (next.kind === 'rotate') await kms.call('RotateKeyOnDemand', { KeyId });
          if (next.kind === 'advance') {
            days += next.days;
            kms.advance(next.days * dayMs);
          }
          if (next.kind === 'restart') {
            kms = await openKms(kms.store);
            kms.advance(days * dayMs);
          }
          if (next.kind === 'encrypt') {
            const plaintext = Buffer.from(next.text).toString('base64');
            const input = { KeyId, Plaintext: plaintext, EncryptionContext: next.context };
            const { output } = await kms.call('Encrypt', input);
            sealed.push({ blob: output.CiphertextBlob, plaintext, EncryptionContext: next.context });
          }
        }
        for (const { blob, plaintext, EncryptionContext } of sealed) {
          const opened = await kms.call('Decrypt', { CiphertextBlob: blob, EncryptionContext });
          if (opened.output.Plaintext !== plaintext) return false;
          const other = { ...EncryptionContext, 'another key': '' };
          const refused = await kms.call('Decrypt', { CiphertextBlob: blob, EncryptionContext: other });
          if (refused.output.__type !== 'InvalidCiphertextException') return false;
        }
        return true;
      }),
      { numRuns: 50 },
    );
  });
});
