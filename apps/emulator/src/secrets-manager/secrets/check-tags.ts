import { maxTags, type TagFlaw, tagFlawOf } from '../../aws/tag-flaw.ts';
import { refusal } from '../faults/refusal.ts';
import type { SecretsFault } from '../faults/secrets-fault.ts';
import type { Tag } from './secret-record.ts';

const refusals: Readonly<Record<TagFlaw, () => SecretsFault>> = {
  reserved: () => refusal('tagAws'),
  twice: () => refusal('tagTwice'),
  tooMany: () => refusal('tagTooMany', { max: maxTags }),
};

/**
 * A request's tags, each whole.
 *
 * @throws {SecretsFault} InvalidParameterException for one without key or value, and what {@link checkTags} throws
 */
export function readTags(
  tags: readonly { readonly Key?: string; readonly Value?: string }[],
): readonly Tag[] {
  const whole = tags.map(({ Key, Value }) => {
    if (Key === undefined || Value === undefined) throw refusal('tagIncomplete');
    return { Key, Value };
  });
  checkTags(whole);
  return whole;
}

/** @throws {SecretsFault} InvalidParameterException for a reserved or repeated tag key, or more tags than a secret may have */
export function checkTags(tags: readonly Tag[]): void {
  const flaw = tagFlawOf(tags.map(({ Key }) => Key));
  if (flaw !== undefined) throw refusals[flaw]();
}
