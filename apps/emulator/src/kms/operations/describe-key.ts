import { findKey } from './find-key.ts';
import { keyMetadata } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS KMS API reference, "DescribeKey". */
export const describeKey: Operation = defineOperation(
  'DescribeKey',
  'DescribeKeyRequest',
  async (input, call) => {
    return { KeyMetadata: keyMetadata(await findKey(input.KeyId, call)) };
  },
);
