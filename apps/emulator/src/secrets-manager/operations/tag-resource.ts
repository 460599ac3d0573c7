import { exact } from '../../aws/support.ts';
import { checkTags, readTags } from '../secrets/check-tags.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "TagResource": a tag that is there keeps its place and gets the new value. */
export const tagResource: Operation = defineOperation(
  'TagResource',
  'TagResourceRequest',
  exact,
  async (input, call) => {
    const found = await findSecret(input, call);
    const added = readTags(input.Tags);
    await changeSecret(found, call, ({ record }) => {
      const values = new Map([...record.tags, ...added].map(({ Key, Value }) => [Key, Value]));
      const tags = [...values].map(([Key, Value]) => ({ Key, Value }));
      checkTags(tags);
      return { record: { ...record, tags } };
    });
    return undefined;
  },
);
