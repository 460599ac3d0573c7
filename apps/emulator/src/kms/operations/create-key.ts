import { randomUUID } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { checkTags } from '../keys/check-tags.ts';
import { defaultKeyPolicy } from '../keys/default-key-policy.ts';
import { createKeyMaterial } from '../keys/key-material.ts';
import { type KeySpec, type KeyUsage, keySpecs } from '../keys/key-specs.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { keyMetadata } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';

type CreateKeyInput = ShapeValue<'CreateKeyRequest'>;

/** AWS KMS API reference, "CreateKey". The key is durable when the answer goes out. */
export const createKey: Operation = defineOperation('CreateKey', 'CreateKeyRequest', async (input, call) => {
  const keySpec = keySpecOf(input);
  const keyUsage = keyUsageOf(input, keySpec);
  const tags = input.Tags ?? [];
  checkTags(tags);
  if (input.Policy !== undefined) checkPolicy(input.Policy);
  const [unavailable] = unavailableFeatures(input);
  if (unavailable !== undefined)
    throw new KmsFault(
      'UnsupportedOperationException',
      `${unavailable} is not available in the Keyfold emulator yet.`,
    );

  const { accountId, region } = call.caller;
  const address = { accountId, region, keyId: randomUUID() };
  const { material, content } = createKeyMaterial(address);
  const record = {
    format: 1,
    createdAtMs: call.clock.now().wallMs,
    description: input.Description ?? '',
    keySpec,
    keyUsage,
    origin: 'AWS_KMS',
    keyState: 'Enabled',
    multiRegion: false,
    currentMaterialId: material.id,
    policy: input.Policy ?? defaultKeyPolicy(address),
    tags,
  } as const;
  return { KeyMetadata: keyMetadata(await call.keys.add(address, record, material, content)) };
});

/** What a request asks for that AWS has and this emulator has not, as the refusal names it. */
export function unavailableFeatures(input: CreateKeyInput): readonly string[] {
  const keySpec = keySpecOf(input);
  const { Origin = 'AWS_KMS' } = input;
  return [
    ...(keySpecs[keySpec].available ? [] : [`KeySpec ${keySpec}`]),
    ...(Origin === 'AWS_KMS' ? [] : [`Origin ${Origin}`]),
    ...(input.MultiRegion === true ? ['MultiRegion true'] : []),
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
  if (!keySpecs[keySpec].usages.includes(keyUsage))
    throw new KmsFault(
      'ValidationException',
      `KeyUsage ${keyUsage} is not compatible with KeySpec ${keySpec}`,
    );
  return keyUsage;
}

/** Policies are kept, not evaluated: only what is no policy at all is refused. AWS gives no text here. */
function checkPolicy(policy: string): void {
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch {
    document = undefined;
  }
  if (typeof document !== 'object' || document === null || !('Statement' in document))
    throw new KmsFault('MalformedPolicyDocumentException');
}
