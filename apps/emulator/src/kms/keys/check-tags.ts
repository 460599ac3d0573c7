import { KmsFault } from '../faults/kms-fault.ts';
import type { Tag } from './key-record.ts';

/** AWS KMS developer guide, "Tags in AWS KMS". */
const maxTags = 50;

/** @throws {KmsFault} TagException for a reserved or repeated tag key, or too many tags */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.some(({ TagKey }) => TagKey.toLowerCase().startsWith('aws:')))
    throw new KmsFault('TagException', 'Tags beginning with aws: are reserved');
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length)
    throw new KmsFault('TagException', 'Duplicate tag keys');
  if (tags.length > maxTags) throw new KmsFault('TagException', 'Too many tags');
}
