import { unwrapMaterial } from '../crypto/unwrap-material.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { Key, KeyChange } from '../keys/key.ts';
import { type NewMaterial, takeMaterial } from '../keys/key-material.ts';
import { type KeyRecord, type MaterialRecord, stateWhenEnabled } from '../keys/key-record.ts';
import { isSymmetric, keySpecs } from '../keys/key-specs.ts';
import { asMaterial } from '../keys/make-material.ts';
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
      await call.keys.update(found.address, (key) => [imported(key, input, added, validToMs)]);
    } finally {
      added.content.fill(0);
    }
    return {
      KeyId: found.arn,
      ...(isSymmetric(found.record.keySpec) ? { KeyMaterialId: added.material.id } : {}),
    };
  },
);

/** When the material expires: unless told otherwise, it does. */
function validTo({ ExpirationModel, ValidTo }: ImportInput, { clock }: Call): number | undefined {
  if (ExpirationModel === 'KEY_MATERIAL_DOES_NOT_EXPIRE') {
    if (ValidTo !== undefined)
      throw new KmsFault(
        'ValidationException',
        'A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE',
      );
    return undefined;
  }
  if (ValidTo === undefined)
    throw new KmsFault(
      'ValidationException',
      'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES',
    );
  if (ValidTo <= clock.now().wallMs)
    throw new KmsFault('ValidationException', 'The validTo date must be in the future');
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
  input: ImportInput,
  added: NewMaterial,
  validToMs: number | undefined,
): KeyChange {
  const { address, record } = key;
  const { id } = added.material;
  if (input.KeyMaterialId !== undefined && input.KeyMaterialId !== id)
    throw new KmsFault('IncorrectKeyMaterialException');
  const known = record.materials.find((material) => material.id === id);
  const isNew =
    (input.ImportType ?? (record.materials.length === 0 ? 'NEW_KEY_MATERIAL' : 'EXISTING_KEY_MATERIAL')) ===
    'NEW_KEY_MATERIAL';
  if (isNew) requireRoomFor(key, id);
  else if (known === undefined) throw new KmsFault('IncorrectKeyMaterialException');
  const material: MaterialRecord = {
    id,
    state: known?.state ?? (record.materials.length === 0 ? 'CURRENT' : 'PENDING_ROTATION'),
    held: true,
    ...(known?.rotation === undefined ? {} : { rotation: known.rotation }),
    ...(validToMs === undefined ? {} : { validToMs }),
    ...descriptionOf(input, known),
  };
  const materials =
    known === undefined
      ? [...record.materials, material]
      : record.materials.map((other) => (other === known ? material : other));
  const next: KeyRecord = { ...record, materials };
  const keyState = record.keyState === 'PendingImport' ? stateWhenEnabled(next) : record.keyState;
  return { address, record: { ...next, keyState }, ...(known?.held === true ? {} : { added: [added] }) };
}

function descriptionOf(
  { KeyMaterialDescription }: ImportInput,
  known: MaterialRecord | undefined,
): Pick<MaterialRecord, 'description'> {
  const description = KeyMaterialDescription ?? known?.description;
  return description === undefined ? {} : { description };
}

/** @throws {KmsFault} where a key of that spec has one material for ever, or another one waits already */
function requireRoomFor({ arn, record }: Key, id: string): void {
  const { materials, keySpec, multiRegion } = record;
  if (materials.length === 0) return;
  if (!isSymmetric(keySpec)) throw new KmsFault('UnsupportedOperationException');
  if (multiRegion !== undefined)
    throw new KmsFault(
      'UnsupportedOperationException',
      'Further key material of a multi-Region key is not available in the Keyfold emulator.',
    );
  const pending = materials.find(({ state }) => state === 'PENDING_ROTATION');
  if (pending !== undefined && pending.id !== id)
    throw new KmsFault(
      'KMSInvalidStateException',
      `New key material (id: ${id}) cannot be imported into KMS key ${arn}, because another key material (id: ${pending.id}) is pending rotation.`,
    );
  if (materials.some((material) => material.id === id && material.state !== 'PENDING_ROTATION'))
    throw new KmsFault('IncorrectKeyMaterialException');
}
