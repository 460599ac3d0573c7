import { type TagFlaw, tagFlawOf } from '../../aws/tag-flaw.ts';
import { KmsFault } from '../faults/kms-fault.ts';
import type { Tag } from './key-record.ts';

const texts: Readonly<Record<TagFlaw, string>> = {
  reserved: 'Tags beginning with aws: are reserved',
  twice: 'Duplicate tag keys',
  tooMany: 'Too many tags',
};

/** @throws {KmsFault} TagException for a reserved or repeated tag key, or too many tags */
export function checkTags(tags: readonly Pick<Tag, 'TagKey'>[]): void {
  const flaw = tagFlawOf(tags.map(({ TagKey }) => TagKey));
  if (flaw !== undefined) throw new KmsFault('TagException', texts[flaw]);
}
