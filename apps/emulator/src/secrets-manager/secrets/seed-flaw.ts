import { KmsFault } from '../../kms/faults/kms-fault.ts';
import { checkShape } from '../../kms/wire/check-constraints.ts';
import type { SeedSecret, SeedSecretVersion } from '../../seeds/seed.ts';
import type { SeedRefusal } from '../../seeds/seed-port.ts';
import { SecretsFault } from '../faults/secrets-fault.ts';
import { shapeNamed } from '../model/shapes.ts';
import { readTags } from './check-tags.ts';
import { isSecretName } from './secret-address.ts';
import { maxValueByteLength } from './secret-values.ts';
import { checkVersionLimits } from './version-limits.ts';

/** AWS Secrets Manager API reference: a version's id is 32 to 64 characters long. */
const versionIdForm = /^.{32,64}$/su;
const suffixForm = /^[a-zA-Z0-9]{6}$/;

/** What AWS would not let be made. */
export function flawOf(seed: SeedSecret): SeedRefusal | undefined {
  const wrong = (message: string): SeedRefusal => ({ message, hint: 'Change the seed.' });
  if (!isSecretName(seed.name))
    return wrong('has a name of other characters than AWS allows: a-z, A-Z, 0-9 and /_+=.@!-');
  if (seed.arnSuffix !== undefined && !suffixForm.test(seed.arnSuffix))
    return wrong('has an ARN suffix that is not six letters and digits');
  const ids = seed.versions.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length || !ids.every((id) => versionIdForm.test(id)))
    return wrong('has version ids that are not of 32 to 64 characters, or one of them twice');
  if (!seed.versions.every(({ value }) => isValueByteLength(byteLengthOf(value))))
    return wrong(`has a value that is empty, or longer than ${maxValueByteLength} bytes`);
  try {
    const { name: Name, description: Description, kmsKeyId: KmsKeyId, tags: Tags, versions } = seed;
    checkShape('CreateSecretRequest', { Name, Description, KmsKeyId, Tags }, shapeNamed);
    for (const { stages } of versions)
      if (stages.length > 0) checkShape('SecretVersionStagesType', stages, shapeNamed);
    readTags(seed.tags ?? []);
    checkVersionLimits(
      seed.versions.map(({ stages }) => ({ id: '', createdAtMs: 0, stages, hasValue: true })),
    );
  } catch (error) {
    if (error instanceof SecretsFault || error instanceof KmsFault)
      return wrong(`is refused: ${error.message}`);
    throw error;
  }
  return undefined;
}

function byteLengthOf(value: SeedSecretVersion['value']): number {
  return 'text' in value ? Buffer.byteLength(value.text) : value.bytes.byteLength;
}

function isValueByteLength(byteLength: number): boolean {
  return byteLength > 0 && byteLength <= maxValueByteLength;
}
