import { unwrapMaterial } from '../crypto/unwrap-material.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { importMaterial } from '../keys/imported-material.ts';
import type { Key, KeyChange } from '../keys/key.ts';
import { type NewMaterial, takeMaterial } from '../keys/key-material.ts';
import { dayMs } from '../keys/key-progress.ts';
import { isPending, type MaterialRecord } from '../keys/key-record.ts';
import { isSymmetric, keySpecs } from '../keys/key-specs.ts';
import { asMaterial } from '../keys/make-material.ts';
import { isPrimary } from '../keys/multi-region.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { findManagedKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';
import { wrongOrigin } from './rotation.ts';

type ImportInput = ShapeValue<'ImportKeyMaterialRequest'>;

/** AWS KMS API reference, "ImportKeyMaterial". */
export const importKeyMaterial: Operation = defineOperation(
  'ImportKeyMaterial',
  'ImportKeyMaterialRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    if (found.record.origin !== 'EXTERNAL') throw wrongOrigin(found);
    requireState(found, call.caller.operation);
    const validToMs = validTo(input, call);
    const added = await unwrap(found, input, call);
    try {
      await call.keys.update(found.address, (key, family) => imported(key, family, input, added, validToMs));
    } finally {
      added.content.fill(0);
    }
    return {
      KeyId: found.arn,
      ...(isSymmetric(found.record.keySpec) ? { KeyMaterialId: added.material.id } : {}),
    };
  },
);

/** AWS KMS API reference, "ImportKeyMaterial". */
const maxValidDays = 365;

/** When the material expires: unless told otherwise, it does. */
function validTo({ ExpirationModel, ValidTo }: ImportInput, { clock }: Call): number | undefined {
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (ValidTo !== undefined) throw ownFault('importExpirationNotWanted');
    return undefined;
  }
  if (ValidTo === undefined) throw ownFault('importExpirationMissing');
  const nowMs = clock.now().wallMs;
  if (ValidTo <= nowMs || ValidTo > nowMs + maxValidDays * dayMs)
    throw ownFault('importExpirationRange', { max: maxValidDays });
  return ValidTo;
}

/** @throws {KmsFault} for a token that is not the key's or no longer valid, and for what does not unwrap to material of its kind */
async function unwrap({ address, record }: Key, input: ImportInput, call: Call): Promise<NewMaterial> {
  const parameters = await call.imports.find(address, input.ImportToken);
  if (parameters === undefined) throw new KmsFault('InvalidImportTokenException');
  if (parameters.validToMs <= call.clock.now().wallMs) throw new KmsFault('ExpiredImportTokenException');
  const bytes = unwrapMaterial(parameters.algorithm, parameters.wrappingKey, input.EncryptedKeyMaterial);
  if (bytes === undefined) throw new KmsFault('InvalidCiphertextException');
  const kind = keySpecs[record.keySpec].material;
  const material = kind && asMaterial(kind, bytes);
  bytes.fill(0);
  if (kind === undefined || material === undefined) throw new KmsFault('IncorrectKeyMaterialException');
  return takeMaterial(address, kind, material);
}

/** The key with the material: what it had before comes back, and new material waits for a rotation unless it is the first. */
function imported(
  key: Key,
  family: readonly Key[],
  input: ImportInput,
  added: NewMaterial,
  validToMs: number | undefined,
): readonly KeyChange[] {
  const { materials } = key.record;
  const { id } = added.material;
  const known = materials.find((material) => material.id === id);
  const isNew =
    (input.ImportType ?? (materials.length === 0 ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL')) ===
    'NEW_KEY_MATERIAL';
  if (isNew && input.KeyMaterialId !== undefined) throw ownFault('importIdOfNew');
  if (input.KeyMaterialId !== undefined && input.KeyMaterialId !== id)
    throw new KmsFault('IncorrectKeyMaterialException');
  if (isNew) requireRoomFor(key, id);
  else if (known === undefined) throw new KmsFault('IncorrectKeyMaterialException');
  const material: MaterialRecord = {
    id,
    state: known?.state ?? (materials.length === 0 ? 'CURRENT' : 'PENDING_ROTATION'),
    held: true,
    ...(known?.rotation === undefined ? {} : { rotation: known.rotation }),
    ...(validToMs === undefined ? {} : { validToMs }),
    ...descriptionOf(input, known),
  };
  return importMaterial(key, family, material).map((change) =>
    change.address.region === key.address.region && known?.held !== true
      ? { ...change, added: [added] }
      : change,
  );
}

function descriptionOf(
  { KeyMaterialDescription }: ImportInput,
  known: MaterialRecord | undefined,
): Pick<MaterialRecord, 'description'> {
  const description = KeyMaterialDescription ?? known?.description;
  return description === undefined ? {} : { description };
}

/** @throws {KmsFault} where a key of that spec has one material for ever, is a replica, or another one waits already */
function requireRoomFor(key: Key, id: string): void {
  const { arn, record } = key;
  const { materials, keySpec } = record;
  if (!isPrimary(key)) throw ownFault('importIntoReplica', { arn });
  if (materials.length === 0) return;
  if (!isSymmetric(keySpec)) throw new KmsFault('UnsupportedOperationException');
  const pending = materials.find(isPending);
  if (pending !== undefined && pending.id !== id)
    throw new KmsFault(
      'KMSInvalidStateException',
      `New key material (id: ${id}) cannot be imported into KMS key ${arn}, because another key material (id: ${pending.id}) is pending rotation.`,
    );
  if (materials.some((material) => material.id === id && !isPending(material)))
    throw new KmsFault('IncorrectKeyMaterialException');
}
