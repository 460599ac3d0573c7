import { randomUUID } from 'node:crypto';
import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { checkTags } from '../keys/check-tags.ts';
import { defaultKeyPolicy } from '../keys/default-key-policy.ts';
import type { Key } from '../keys/key.ts';
import { partitionOf } from '../keys/key-address.ts';
import { createKeyMaterial } from '../keys/key-material.ts';
import type { CustomKeyStoreKey, KeyRecord } from '../keys/key-record.ts';
import { type KeySpec, type KeyUsage, keySpecs, type MaterialKind } from '../keys/key-specs.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { acceptKeyPolicy } from './accept-key-policy.ts';
import { inCustomKeyStore } from './create-key-in-store.ts';
import { keyMetadata } from './key-metadata.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

type CreateKeyInput = ShapeValue<'CreateKeyRequest'>;

/** AWS KMS API reference, "CreateKey". The key is durable when the answer goes out. */
export const createKey: Operation = defineOperation('CreateKey', 'CreateKeyRequest', async (input, call) => {
  const keySpec = keySpecOf(input);
  const keyUsage = keyUsageOf(input, keySpec);
  checkTags(input.Tags ?? []);
  const { material, importable } = keySpecs[keySpec];
  // AWS has SM2 in the China Regions alone, and so does this emulator's runtime lack it.
  if (material === undefined)
    throw new KmsFault(
      'UnsupportedOperationException',
      partitionOf(call.caller.region) === 'aws-cn'
        ? `KeySpec ${keySpec} is not available in the Keyfold emulator.`
        : undefined,
    );
  const origin = input.Origin ?? 'AWS_KMS';
  if (origin === 'EXTERNAL' && !importable) throw new KmsFault('UnsupportedOperationException');
  const key = await inCustomKeyStore({ ...input, Origin: origin }, keySpec, call, (customKeyStore) =>
    add({ input, keySpec, keyUsage, origin, kind: material, customKeyStore }, call),
  );
  return { KeyMetadata: keyMetadata(key) };
});

interface NewKey {
  readonly input: CreateKeyInput;
  readonly keySpec: KeySpec;
  readonly keyUsage: KeyUsage;
  readonly origin: KeyRecord['origin'];
  readonly kind: MaterialKind;
  readonly customKeyStore: CustomKeyStoreKey | undefined;
}

async function add(
  { input, keySpec, keyUsage, origin, kind, customKeyStore }: NewKey,
  call: Call,
): Promise<Key> {
  const { accountId, region } = call.caller;
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
    ...(customKeyStore === undefined ? {} : { customKeyStore }),
    ...(input.MultiRegion === true ? { multiRegion: { primaryRegion: region, regions: [region] } } : {}),
    materials: added.map(({ material: { id } }) => ({ id, state: 'CURRENT', held: true })),
    policy: input.Policy ?? defaultKeyPolicy(address),
    tags: input.Tags ?? [],
  };
  return call.keys.add(address, record, added);
}

function keySpecOf({ CustomerMasterKeySpec, KeySpec }: CreateKeyInput): KeySpec {
  if (CustomerMasterKeySpec !== undefined && KeySpec !== undefined) throw ownFault('keySpecTwice');
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
    throw ownFault('keyUsageOfOtherSpec', { keyUsage, keySpec });
  return keyUsage;
}
