import { createPrivateKey } from 'node:crypto';
import type { Place } from '../kms/keys/key-address.ts';
import { type KeySpec, type KeyUsage, keySpecs } from '../kms/keys/key-specs.ts';
import type { LocalKmsAesKey, LocalKmsKeyPair, LocalKmsSeed } from './local-kms-schema.ts';
import type { Path } from './problems.ts';
import type { Reading } from './read-copy.ts';
import { readMaterial } from './read-material.ts';
import type { SeedAlias, SeedKey, SeedMaterial } from './seed.ts';

/** local-kms rotates keys once a year. */
const periodDays = 365;

/**
 * Reads local-kms's format. Its keys have account and Region from local-kms's configuration, so they come from outside here too.
 *
 * The last of the backing keys encrypts; the others are what was rotated away.
 */
export function readLocalKms(
  { Keys = {}, Aliases = [] }: LocalKmsSeed,
  place: Place,
  reading: Reading,
): readonly SeedKey[] {
  const { problems, names } = reading;
  const aes = (Keys.Symmetric?.Aes ?? []).map((key, index) =>
    readAes(key, place, ['Keys', 'Symmetric', 'Aes', index], reading),
  );
  const pairs = (['Rsa', 'Ecc'] as const).flatMap((family) =>
    (Keys.Asymmetric?.[family] ?? []).flatMap(
      (key, index) => readPair(key, family, place, ['Keys', 'Asymmetric', family, index], reading) ?? [],
    ),
  );
  const keys = [...aes, ...pairs];
  const aliases = new Map<string, SeedAlias[]>();
  for (const [index, { AliasName, TargetKeyId }] of Aliases.entries()) {
    const path = ['Aliases', index];
    names.claim('alias', [AliasName], [...path, 'AliasName']);
    if (!keys.some(({ address }) => address.keyId === TargetKeyId) && problems.found.length === 0)
      problems.add(
        [...path, 'TargetKeyId'],
        'is no key of this seed',
        'Add the key, or take the alias away.',
      );
    aliases.set(TargetKeyId, [
      ...(aliases.get(TargetKeyId) ?? []),
      { at: problems.place(path), name: AliasName },
    ]);
  }
  return keys.map((key) => ({ ...key, aliases: aliases.get(key.address.keyId) ?? [] }));
}

function readAes(key: LocalKmsAesKey, place: Place, path: Path, reading: Reading): SeedKey {
  const { problems } = reading;
  const { Metadata, BackingKeys = [], NextKeyRotation } = key;
  const origin = Metadata.Origin ?? 'AWS_KMS';
  const isExternal = origin === 'EXTERNAL';
  if (isExternal ? BackingKeys.length > 1 : BackingKeys.length === 0)
    problems.add(
      BackingKeys.length === 0 ? path : [...path, 'BackingKeys'],
      isExternal ? 'are more than one though the key is EXTERNAL' : 'needs the member BackingKeys',
      'local-kms has one key or more, and of an EXTERNAL key at most one.',
    );
  if (isExternal && NextKeyRotation !== undefined)
    problems.add(
      [...path, 'NextKeyRotation'],
      'is there though the key is EXTERNAL',
      'AWS KMS rotates no imported material by itself: take it away.',
    );
  if (Metadata.KeyUsage === 'SIGN_VERIFY')
    problems.add(
      [...path, 'Metadata', 'KeyUsage'],
      'is none of a symmetric key',
      'Write ENCRYPT_DECRYPT, or take it away.',
    );
  const materials = BackingKeys.flatMap((text, index): readonly SeedMaterial[] => {
    const materialPath = [...path, 'BackingKeys', index];
    const read = readMaterial('SYMMETRIC_DEFAULT', { form: 'hex', text });
    if (!('bytes' in read)) {
      problems.add(materialPath, read.message, read.hint);
      return [];
    }
    return [
      {
        at: problems.place(materialPath),
        bytes: read.bytes,
        state: index === BackingKeys.length - 1 ? 'CURRENT' : 'NON_CURRENT',
        ...(index === 0 ? {} : { rotation: { type: 'AUTOMATIC' as const } }),
      },
    ];
  });
  return {
    ...base(key, 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT', place, path, reading),
    origin,
    materials,
    ...(NextKeyRotation === undefined
      ? {}
      : {
          rotation: {
            at: problems.place([...path, 'NextKeyRotation']),
            enabled: true,
            periodDays,
            nextAtMs: NextKeyRotation,
          },
        }),
  };
}

function readPair(
  key: LocalKmsKeyPair,
  family: 'Rsa' | 'Ecc',
  place: Place,
  path: Path,
  reading: Reading,
): SeedKey | undefined {
  const { problems } = reading;
  const { KeyUsage } = key.Metadata;
  const pemPath = [...path, 'PrivateKeyPem'];
  const spec = specOf(key.PrivateKeyPem, family);
  if (spec === undefined) {
    problems.add(
      pemPath,
      `is no private key of ${family === 'Rsa' ? 'RSA with 2048, 3072 or 4096 bits' : 'a curve that AWS KMS has'}`,
      'Write an unencrypted one in PEM.',
    );
    return undefined;
  }
  if (family === 'Rsa' && KeyUsage === undefined)
    problems.add([...path, 'Metadata'], 'needs the member KeyUsage', 'Write SIGN_VERIFY or ENCRYPT_DECRYPT.');
  if (family === 'Ecc' && KeyUsage === 'ENCRYPT_DECRYPT')
    problems.add([...path, 'Metadata', 'KeyUsage'], 'is none of an ECC key', 'Write SIGN_VERIFY.');
  const read = readMaterial(spec, { form: 'pem', text: key.PrivateKeyPem });
  if (!('bytes' in read)) {
    problems.add(pemPath, read.message, read.hint);
    return undefined;
  }
  return {
    ...base(key, spec, KeyUsage ?? 'SIGN_VERIFY', place, path, reading),
    materials: [{ at: problems.place(pemPath), bytes: read.bytes, state: 'CURRENT' }],
  };
}

/** The spec whose keys are of that kind. */
function specOf(pem: string, family: 'Rsa' | 'Ecc'): KeySpec | undefined {
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // The runtime's own error is not kept: it may quote what it could not read.
    return undefined;
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  return (Object.keys(keySpecs) as KeySpec[]).find((spec) => {
    const { material } = keySpecs[spec];
    if (family === 'Rsa')
      return material?.kind === 'rsa' && type === 'rsa' && material.modulusLength === details?.modulusLength;
    if (material?.kind === 'ec') return type === 'ec' && material.namedCurve === details?.namedCurve;
    return material?.kind === 'named' && material.type === 'ed25519' && type === 'ed25519';
  });
}

function base(
  { Metadata: { KeyId, Description } }: LocalKmsKeyPair | LocalKmsAesKey,
  spec: KeySpec,
  usage: KeyUsage,
  place: Place,
  path: Path,
  { problems, names }: Reading,
): SeedKey {
  names.claim('key', [KeyId], [...path, 'Metadata', 'KeyId']);
  return {
    at: problems.place(path),
    address: { ...place, keyId: KeyId },
    spec,
    usage,
    origin: 'AWS_KMS',
    ...(Description === undefined ? {} : { description: Description }),
    materials: [],
    aliases: [],
    grants: [],
    replicas: [],
  };
}
