import { type Place, partitionOf } from '../kms/keys/key-address.ts';
import { isSymmetric, type KeySpec, type KeyUsage, keySpecs } from '../kms/keys/key-specs.ts';
import { isMultiRegionId } from '../kms/keys/multi-region.ts';
import { writtenBytes } from './forms.ts';
import type { Path, Problems } from './problems.ts';
import { type Reading, readCopy } from './read-copy.ts';
import { readMaterial } from './read-material.ts';
import type { SeedKey, SeedMaterial, SeedReplica } from './seed.ts';
import type { WrittenKey, WrittenMaterial, WrittenOlderMaterial } from './written-seed.ts';

/** AWS's default. */
const defaultPeriodDays = 365;

/** Reads a key; what is wrong with it is added to the problems. */
export function readKey(written: WrittenKey, place: Place, path: Path, reading: Reading): SeedKey {
  const { problems, names } = reading;
  const { id, spec = 'SYMMETRIC_DEFAULT', origin = 'AWS_KMS', rotation, createdAt } = written;
  const address = { ...place, keyId: id };
  names.claim('key', [place.accountId, place.region, id], [...path, 'id']);
  checkCombination(written, spec, path, problems);
  const rotationPath = [...path, 'rotation'];
  return {
    ...readCopy(written, place, id, path, reading),
    address,
    spec,
    usage: readUsage(written.usage, spec, path, problems),
    origin,
    ...(createdAt === undefined ? {} : { createdAtMs: createdAt }),
    materials: readMaterials(written, spec, path, problems),
    ...(rotation === undefined
      ? {}
      : {
          rotation: {
            at: problems.place(rotationPath),
            enabled: rotation.enabled,
            periodDays: rotation.periodDays ?? defaultPeriodDays,
            ...(rotation.nextAt === undefined ? {} : { nextAtMs: rotation.nextAt }),
          },
        }),
    replicas: readReplicas(written, place, path, reading),
  };
}

function readUsage(usage: KeyUsage | undefined, spec: KeySpec, path: Path, problems: Problems): KeyUsage {
  const usages = Object.keys(keySpecs[spec].usages) as readonly KeyUsage[];
  const chosen = usage ?? (usages.length === 1 ? usages[0] : undefined);
  if (chosen !== undefined && usages.includes(chosen)) return chosen;
  const hint = `Write one of ${usages.join(', ')}.`;
  if (usage === undefined)
    problems.add(path, `needs the member usage, since it is of the spec ${spec}`, hint);
  else problems.add([...path, 'usage'], `is none of a key of the spec ${spec}`, hint);
  return 'ENCRYPT_DECRYPT';
}

/** One thing that a key cannot be: found wrong where the condition holds. */
type Rule = readonly [wrong: boolean, member: string, message: string, hint: string];

function checkCombination(written: WrittenKey, spec: KeySpec, path: Path, problems: Problems): void {
  const { id, material, olderMaterials = [], pendingMaterial, rotation, replicas = [] } = written;
  const isExternal = written.origin === 'EXTERNAL';
  const isMultiRegion = isMultiRegionId(id);
  const expires = [material, ...olderMaterials].some(
    (entry) => entry?.validTo !== undefined || entry?.description !== undefined,
  );
  const further = olderMaterials.length > 0 || pendingMaterial !== undefined;
  const member = olderMaterials.length > 0 ? 'olderMaterials' : 'pendingMaterial';
  const rules: readonly Rule[] = [
    [keySpecs[spec].material === undefined, 'spec', 'is not available', 'The emulator has no such keys.'],
    [
      isExternal && !keySpecs[spec].importable,
      'origin',
      `is none of a key of the spec ${spec}`,
      'Take it away: AWS KMS imports no such material. Fixed material needs no origin here.',
    ],
    [
      expires && !isExternal,
      'material',
      'has validTo or description, which only imported material has',
      'Add origin: EXTERNAL, or take them away.',
    ],
    [further && !isSymmetric(spec), member, 'is there though the key cannot rotate', 'Take it away.'],
    [further && material === undefined, member, 'is there without material', 'Add material: it encrypts.'],
    [
      pendingMaterial !== undefined && !isExternal,
      'pendingMaterial',
      'is there though the key is not EXTERNAL',
      'Add origin: EXTERNAL, or take it away.',
    ],
    [
      rotation !== undefined && (!isSymmetric(spec) || isExternal),
      'rotation',
      'is there though the key cannot rotate by itself',
      'Only keys of the spec SYMMETRIC_DEFAULT and the origin AWS_KMS do: take it away.',
    ],
    [
      replicas.length > 0 && !isMultiRegion,
      'replicas',
      'are there though the key is none of several Regions',
      'Give it an id that begins with mrk-, or take them away.',
    ],
  ];
  for (const [wrong, name, message, hint] of rules) if (wrong) problems.add([...path, name], message, hint);
}

function readMaterials(
  written: WrittenKey,
  spec: KeySpec,
  path: Path,
  problems: Problems,
): readonly SeedMaterial[] {
  const { material, olderMaterials = [], pendingMaterial } = written;
  const entries: readonly (readonly [Path, WrittenMaterial | undefined, SeedMaterial['state']])[] = [
    ...olderMaterials.map((entry, index) => [['olderMaterials', index], entry, 'NON_CURRENT'] as const),
    [['material'], material, 'CURRENT'],
    [['pendingMaterial'], pendingMaterial, 'PENDING_ROTATION'],
  ];
  const found: SeedMaterial[] = [];
  for (const [steps, entry, state] of entries) {
    if (entry === undefined) continue;
    const entryPath = [...path, ...steps];
    const read = readEntry(entry, spec, state, found.length === 0, entryPath, problems);
    if (read === undefined) continue;
    const bytes = Buffer.from(read.bytes.reveal().buffer);
    if (found.some((other) => bytes.equals(other.bytes.reveal())))
      problems.add(entryPath, 'is the same material as one before it', 'Keep one of the two.');
    found.push(read);
  }
  return found;
}

function readEntry(
  entry: WrittenOlderMaterial,
  spec: KeySpec,
  state: SeedMaterial['state'],
  isFirst: boolean,
  path: Path,
  problems: Problems,
): SeedMaterial | undefined {
  const written = writtenBytes(entry);
  if (written === undefined) {
    problems.add(path, 'needs one of the members hex, base64 and pem', 'Write the material in one of them.');
    return undefined;
  }
  const read = readMaterial(spec, written);
  if (!('bytes' in read)) {
    problems.add([...path, written.form], read.message, read.hint);
    return undefined;
  }
  const { rotatedAt, rotatedBy = 'AUTOMATIC', validTo, description } = entry;
  if (isFirst && (rotatedAt !== undefined || entry.rotatedBy !== undefined))
    problems.add(
      path,
      'has rotatedAt or rotatedBy, though it is the first material of its key',
      'Take them away: nothing was rotated before it.',
    );
  const isRotated = !isFirst && state !== 'PENDING_ROTATION';
  return {
    at: problems.place(path),
    bytes: read.bytes,
    state,
    ...(isRotated
      ? { rotation: { type: rotatedBy, ...(rotatedAt === undefined ? {} : { atMs: rotatedAt }) } }
      : {}),
    ...(validTo === undefined ? {} : { validToMs: validTo }),
    ...(description === undefined ? {} : { description }),
  };
}

function readReplicas(
  { id, replicas = [] }: WrittenKey,
  place: Place,
  path: Path,
  reading: Reading,
): readonly SeedReplica[] {
  const { problems, names } = reading;
  return replicas.map((written, index) => {
    const replicaPath = [...path, 'replicas', index];
    const { region } = written;
    names.claim('key', [place.accountId, region, id], [...replicaPath, 'region']);
    if (partitionOf(region) !== partitionOf(place.region))
      problems.add(
        [...replicaPath, 'region'],
        'is in another partition than the primary key',
        'Keys are replicated within aws, aws-cn or aws-us-gov.',
      );
    return { ...readCopy(written, { ...place, region }, id, replicaPath, reading), region };
  });
}
