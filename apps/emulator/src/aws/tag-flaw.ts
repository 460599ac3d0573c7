/** AWS General Reference, "Service quotas for tagging". */
export const maxTags = 50;

/** What AWS refuses about the tags of a thing, by their keys; what comes first is told first. */
export type TagFlaw = 'reserved' | 'twice' | 'tooMany';

/** What is wrong with tags of those keys, if anything. */
export function tagFlawOf(keys: readonly string[]): TagFlaw | undefined {
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) return 'reserved';
  if (new Set(keys).size < keys.length) return 'twice';
  return keys.length > maxTags ? 'tooMany' : undefined;
}
