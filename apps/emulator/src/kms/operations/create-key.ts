import { randomUUID } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { checkTags } from '../keys/check-tags.ts';
import { defaultKeyPolicy } from '../keys/default-key-policy.ts';
import { partitionOf } from '../keys/key-address.ts';
import { createKeyMaterial } from '../keys/key-material.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { type KeySpec, type KeyUsage, keySpecs } from '../keys/key-specs.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { acceptKeyPolicy } from './accept-key-policy.ts';
import { keyMetadata } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';

type CreateKeyInput = ShapeValue<'CreateKeyRequest'>;

/** AWS KMS API reference, "CreateKey". The key is durable when the answer goes out. */
export const createKey: Operation = defineOperation('CreateKey', 'CreateKeyRequest', async (input, call) => {
  const keySpec = keySpecOf(input);
  const keyUsage = keyUsageOf(input, keySpec);
  const tags = input.Tags ?? [];
  checkTags(tags);
  const { accountId, region } = call.caller;
  const kind = keySpecs[keySpec].material;
  // AWS has SM2 in the China Regions alone.
  if (kind === undefined && partitionOf(region) !== 'aws-cn')
    throw new KmsFault('UnsupportedOperationException');
  const [unavailable] = unavailableFeatures(input);
  if (kind === undefined || unavailable !== undefined)
    throw new KmsFault(
      'UnsupportedOperationException',
      `${unavailable} is not available in the Keyfold emulator.`,
    );
  const origin = input.Origin ?? 'AWS_KMS';
  if (origin === 'EXTERNAL' && !keySpecs[keySpec].importable)
    throw new KmsFault('UnsupportedOperationException');

  const keyId = input.MultiRegion === true ? `mrk-${randomUUID().replaceAll('-', '')}` : randomUUID();
  const address = { accountId, region, keyId };
  if (input.Policy !== undefined)
    acceptKeyPolicy(
      { policy: input.Policy, bypassSafetyCheck: input.BypassPolicyLockoutSafetyCheck },
      address,
      call,
    );
  const added = origin === 'EXTERNAL' ? [] : [await createKeyMaterial(address, kind)];
  const record: KeyRecord = {
    format: 2,
    createdAtMs: call.clock.now().wallMs,
    description: input.Description ?? '',
    keySpec,
    keyUsage,
    origin,
    keyState: origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
    ...(input.MultiRegion === true ? { multiRegion: { primaryRegion: region, regions: [region] } } : {}),
    materials: added.map(({ material: { id } }) => ({ id, state: 'CURRENT', held: true })),
    policy: input.Policy ?? defaultKeyPolicy(address),
    tags,
  };
  return { KeyMetadata: keyMetadata(await call.keys.add(address, record, added)) };
});

/** What a request asks for that AWS has and this emulator has not, as the refusal names it. */
export function unavailableFeatures(input: CreateKeyInput): readonly string[] {
  const keySpec = keySpecOf(input);
  const { Origin = 'AWS_KMS' } = input;
  return [
    ...(keySpecs[keySpec].material === undefined ? [`KeySpec ${keySpec}`] : []),
    ...(Origin === 'AWS_KMS' || Origin === 'EXTERNAL' ? [] : [`Origin ${Origin}`]),
    ...(input.CustomKeyStoreId === undefined ? [] : ['CustomKeyStoreId']),
    ...(input.XksKeyId === undefined ? [] : ['XksKeyId']),
  ];
}

function keySpecOf({ CustomerMasterKeySpec, KeySpec }: CreateKeyInput): KeySpec {
  if (CustomerMasterKeySpec !== undefined && KeySpec !== undefined)
    throw new KmsFault(
      'ValidationException',
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  return KeySpec ?? CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
}

function keyUsageOf({ KeyUsage }: CreateKeyInput, keySpec: KeySpec): KeyUsage {
  const keyUsage = KeyUsage ?? (keySpec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : undefined);
  if (keyUsage === undefined)
    throw new KmsFault(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  if (keySpecs[keySpec].usages[keyUsage] === undefined)
    throw new KmsFault(
      'ValidationException',
      `KeyUsage ${keyUsage} is not compatible with KeySpec ${keySpec}`,
    );
  return keyUsage;
}
