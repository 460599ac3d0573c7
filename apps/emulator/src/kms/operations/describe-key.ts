import { readPredefinedAlias } from '../keys/managing-services.ts';
import { findKey } from './find-key.ts';
import { keyMetadata } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';

/**
 * AWS KMS API reference, "DescribeKey". Of a predefined alias that has no key yet it makes the key ("If you specify a predefined AWS
 * alias, AWS KMS associates the alias with an AWS managed key"); where callers are decided about, the access gate has made it for
 * those who may look at it.
 */
export const describeKey: Operation = defineOperation(
  'DescribeKey',
  'DescribeKeyRequest',
  async (input, call) => {
    const managed = call.admission === undefined ? readPredefinedAlias(input.KeyId, call.caller) : undefined;
    if (managed !== undefined) await call.managedKeys.arnOf(managed.service, managed.place);
    return { KeyMetadata: keyMetadata(await findKey(input.KeyId, call)) };
  },
);
