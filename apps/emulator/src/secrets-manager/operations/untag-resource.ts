import { exact } from '../../aws/support.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "UntagResource": a tag that is not there is no error. */
export const untagResource: Operation = defineOperation(
  'UntagResource',
  'UntagResourceRequest',
  exact,
  async (input, call) => {
    const found = await findSecret(input, call);
    await changeSecret(found, call, ({ record }) => {
      const tags = record.tags.filter(({ Key }) => !input.TagKeys.includes(Key));
      return tags.length === record.tags.length ? undefined : { record: { ...record, tags } };
    });
    return undefined;
  },
);
