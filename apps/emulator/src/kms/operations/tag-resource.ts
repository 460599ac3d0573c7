import { KmsFault } from '../faults/kms-fault.ts';
import { checkTags } from '../keys/check-tags.ts';
import { findManagedKey } from './find-key.ts';
import { listPage } from './list-page.ts';
import { readMarker } from './marker.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS's default for ListResourceTags. */
const defaultLimit = 50;

/** AWS KMS API reference, "TagResource": a tag that is there keeps its place and gets the new value. */
export const tagResource: Operation = defineOperation(
  'TagResource',
  'TagResourceRequest',
  async ({ KeyId, Tags }, call) => {
    const key = await findManagedKey(KeyId, call);
    checkTags(Tags);
    requireState(key, 'TagResource');
    await call.keys.change(key, (record) => {
      const values = new Map(record.tags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
      for (const { TagKey, TagValue } of Tags) values.set(TagKey, TagValue);
      const tags = [...values].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      checkTags(tags);
      return { ...record, tags };
    });
    return undefined;
  },
);

/** AWS KMS API reference, "UntagResource": a tag that is not there is no error. */
export const untagResource: Operation = defineOperation(
  'UntagResource',
  'UntagResourceRequest',
  async ({ KeyId, TagKeys }, call) => {
    const key = await findManagedKey(KeyId, call);
    if (TagKeys.some((tagKey) => tagKey.toLowerCase().startsWith('aws:')))
      throw new KmsFault('TagException', 'Tags beginning with aws: are reserved');
    requireState(key, 'UntagResource');
    await call.keys.change(key, (record) => {
      const tags = record.tags.filter(({ TagKey }) => !TagKeys.includes(TagKey));
      return tags.length === record.tags.length ? record : { ...record, tags };
    });
    return undefined;
  },
);

/** AWS KMS API reference, "ListResourceTags". */
export const listResourceTags: Operation = defineOperation(
  'ListResourceTags',
  'ListResourceTagsRequest',
  async ({ KeyId, Limit, Marker }, call) => {
    const { operation } = call.caller;
    const limit = Limit ?? defaultLimit;
    const { tags } = (await findManagedKey(KeyId, call)).record;
    const after =
      Marker === undefined
        ? undefined
        : readMarker(operation, Marker, (text) => tags.some(({ TagKey }) => TagKey === text));
    const from = tags.findIndex(({ TagKey }) => TagKey === after) + 1;
    const { page, end } = listPage(tags.slice(from), limit, operation, ({ TagKey }) => TagKey);
    return { Tags: page, ...end };
  },
);
