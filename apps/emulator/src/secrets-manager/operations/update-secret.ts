import { refusal } from '../faults/refusal.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { putVersion } from '../secrets/put-version.ts';
import { type Secret, type SecretRecord, versionOf } from '../secrets/secret-record.ts';
import type { SealedValue } from '../secrets/secret-value.ts';
import { openVersion, sealFor, validateKey, withValueIn } from '../secrets/secret-values.ts';
import { customerKey } from '../secrets/value-vault.ts';
import { current, pending, previous } from '../secrets/version-stages.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

type UpdateSecretInput = ShapeValue<'UpdateSecretRequest'>;

/** Versions that get the new key when a secret's key changes. */
const reEncryptedStages: readonly string[] = [current, pending, previous];

/** AWS Secrets Manager API reference, "UpdateSecret". */
export const updateSecret: Operation = defineOperation(
  'UpdateSecret',
  'UpdateSecretRequest',
  {
    support: 'exact',
    note: 'Type, for managed external secrets, is refused with InvalidRequestException.',
  },
  async (input, call) => {
    const found = await findSecret(input, call);
    const { ClientRequestToken: id, Type = '' } = input;
    if (Type !== '') throw refusal('external');
    return withValueIn(input, async (value) => {
      if (value !== undefined && id === undefined) throw refusal('noToken');
      await changeSecret(found, call, async (secret, nowMs) => {
        const described: Secret = { ...secret, record: withDetails(secret.record, input) };
        const moved = await underNewKey(secret, described, call);
        if (value === undefined || id === undefined) return moved;
        // "You can't modify an existing version, you can only create a new version."
        if (versionOf(moved.record, id)?.hasValue === true)
          throw refusal('tokenInUse', { token: id, arn: secret.arn });
        const { record, values } = await putVersion(moved, { id, value, stages: [current] }, nowMs, call);
        return { record, values: new Map([...moved.values, ...values]) };
      });
      return {
        ARN: found.arn,
        Name: found.address.name,
        ...(value === undefined ? {} : { VersionId: id }),
      };
    });
  },
);

function withDetails(
  { kmsKeyId: before, ...record }: SecretRecord,
  { Description, KmsKeyId }: UpdateSecretInput,
): SecretRecord {
  const kmsKeyId = KmsKeyId === undefined ? before : customerKey(KmsKeyId);
  return {
    ...record,
    ...(Description === undefined ? {} : { description: Description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
}

/** Seals the values of labelled versions under the secret's new key, where it has one. */
async function underNewKey(
  secret: Secret,
  described: Secret,
  call: Call,
): Promise<Secret & { readonly values: ReadonlyMap<string, SealedValue> }> {
  const values = new Map<string, SealedValue>();
  if (described.record.kmsKeyId !== secret.record.kmsKeyId) {
    await validateKey(described, call);
    for (const version of secret.record.versions) {
      if (!version.hasValue || !version.stages.some((stage) => reEncryptedStages.includes(stage))) continue;
      const value = await openVersion(secret, version, call);
      const sealed = await sealFor(described, version.id, value, call).finally(() => value.bytes.fill(0));
      values.set(version.id, sealed);
    }
  }
  const versions = described.record.versions.map((version) => {
    const sealed = values.get(version.id);
    return sealed === undefined ? version : { ...version, kmsKey: sealed.kmsKey };
  });
  return { ...described, record: { ...described.record, versions }, values };
}
