import { isKeyId, keyArn } from '../keys/key-address.ts';
import { readMarker, writeMarker } from './marker.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS's default. */
const defaultLimit = 100;

/** AWS KMS API reference, "ListKeys". Pages go on where the last one ended, whatever was deleted in between. */
export const listKeys: Operation = defineOperation('ListKeys', 'ListKeysRequest', async (input, call) => {
  const { caller, keys } = call;
  const limit = input.Limit ?? defaultLimit;
  const after = input.Marker === undefined ? undefined : readMarker(caller.operation, input.Marker, isKeyId);
  const found = await keys.list(caller, after, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const truncated = found.length > limit && last !== undefined;
  return {
    Keys: page.map((keyId) => ({ KeyArn: keyArn({ ...caller, keyId }), KeyId: keyId })),
    ...(truncated ? { NextMarker: writeMarker(caller.operation, last) } : {}),
    Truncated: truncated,
  };
});
