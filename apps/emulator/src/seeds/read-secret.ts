import { SecretBytes } from '@keyfold/crypto-core';
import type { Place } from '../kms/keys/key-address.ts';
import { writtenBytes } from './forms.ts';
import type { Path, Problems } from './problems.ts';
import type { Reading } from './read-copy.ts';
import { readBytes } from './read-material.ts';
import type { SeedSecret, SeedSecretVersion } from './seed.ts';
import type { WrittenSecret, WrittenSecretValue } from './written-seed.ts';

const current = 'AWSCURRENT';

/** Reads a secret of AWS Secrets Manager. Its names are looked at when it is applied, by the emulated service itself. */
export function readSecret(
  written: WrittenSecret,
  place: Place,
  path: Path,
  { problems, names }: Reading,
): SeedSecret {
  const { name, arnSuffix, description, kmsKeyId, tags, versions: list } = written;
  names.claim('secret', [place.accountId, place.region, name], [...path, 'name']);
  const isShort = written.string !== undefined || writtenBytes(written) !== undefined;
  if (isShort === (list !== undefined))
    problems.add(
      path,
      'needs one of the members string, hex, base64 and versions',
      'Write its value, or a list of its versions.',
    );
  const versions = (list ?? [{ ...written, id: undefined, stages: [current] }]).map((entry, index) => {
    const entryPath = list === undefined ? path : [...path, 'versions', index];
    const stages: readonly string[] = entry.stages;
    const value = isShort || list !== undefined ? readValue(entry, entryPath, problems) : { text: '' };
    return { ...(entry.id === undefined ? {} : { id: entry.id }), stages, value };
  });
  const stages = versions.flatMap((entry) => entry.stages);
  if (new Set(stages).size < stages.length || !stages.includes(current))
    problems.add(
      [...path, 'versions'],
      `give a stage to two versions, or ${current} to none`,
      `Each stage names one version, and one is ${current}.`,
    );
  return {
    at: problems.place(path),
    place,
    name,
    ...(arnSuffix === undefined ? {} : { arnSuffix }),
    ...(description === undefined ? {} : { description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    ...(tags === undefined ? {} : { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    versions,
  };
}

function readValue(written: WrittenSecretValue, path: Path, problems: Problems): SeedSecretVersion['value'] {
  const bytes = writtenBytes({ hex: written.hex, base64: written.base64 });
  const { string } = written;
  if (string !== undefined && written.hex === undefined && written.base64 === undefined)
    return { text: string };
  if (bytes === undefined || string !== undefined) {
    problems.add(path, 'needs one of the members string, hex and base64', 'Write the value in one of them.');
    return { text: '' };
  }
  const read = readBytes(bytes);
  if ('bytes' in read) return { bytes: SecretBytes.take(read.bytes) };
  problems.add([...path, bytes.form], read.message, read.hint);
  return { text: '' };
}
