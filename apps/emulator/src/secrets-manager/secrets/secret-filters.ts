import { refusal } from '../faults/refusal.ts';
import type { ShapeValue } from '../model/shapes.ts';
import type { Secret } from './secret-record.ts';

type Filter = ShapeValue<'FiltersListType'>[number];
type FilterKey = ShapeValue<'FilterNameStringType'>;

/** Whether a secret has what a filter's value says. */
type Matcher = (secret: Secret, value: string) => boolean;

const beginsWith =
  (textsOf: (secret: Secret) => readonly string[]): Matcher =>
  (secret, value) =>
    textsOf(secret).some((text) => text.startsWith(value));

/** AWS Secrets Manager API reference, "Filter". */
const matchers: Readonly<Record<FilterKey, Matcher>> = {
  name: beginsWith(({ address }) => [address.name]),
  'tag-key': beginsWith(({ record }) => record.tags.map(({ Key }) => Key)),
  'tag-value': beginsWith(({ record }) => record.tags.map(({ Value }) => Value)),
  'primary-region': beginsWith(({ address }) => [address.region]),
  // No service of AWS's makes secrets here.
  'owning-service': () => false,
  description: ({ record }, value) => beginsAWord(record.description ?? '', value.toLowerCase()),
  all: (secret, value) => {
    const attributes = attributesOf(secret);
    return wordsOf(value).some((word) => attributes.some((text) => beginsAWord(text, word)));
  },
};

/**
 * Tells which secrets all filters let through; of one filter, one of its values is enough. A value that begins with `!` lets
 * through what does not match it.
 *
 * @throws {SecretsFault} InvalidParameterException for a filter without key or values
 */
export function secretFilter(filters: readonly Filter[]): (secret: Secret) => boolean {
  const tests = filters.map(({ Key, Values }) => {
    if (Key === undefined || Values === undefined) throw refusal('emptyFilter');
    const matches = matchers[Key];
    return (secret: Secret): boolean =>
      Values.some((value) =>
        value.startsWith('!') ? !matches(secret, value.slice(1)) : matches(secret, value),
      );
  });
  return (secret) => tests.every((test) => test(secret));
}

/** Whether a text, or a word of it, begins so. */
function beginsAWord(text: string, lowerCaseStart: string): boolean {
  return (
    text.toLowerCase().startsWith(lowerCaseStart) ||
    text.split(/\s+/).some((word) => word.toLowerCase().startsWith(lowerCaseStart)) ||
    wordsOf(text).some((word) => word.startsWith(lowerCaseStart))
  );
}

/** AWS Secrets Manager user guide, "Find secrets": words end where upper and lower case, letters, digits and signs meet. */
function wordsOf(text: string): readonly string[] {
  return (text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? []).map((word) => word.toLowerCase());
}

function attributesOf({ address, record }: Secret): readonly string[] {
  return [
    address.name,
    record.description ?? '',
    ...record.tags.flatMap(({ Key, Value }) => [Key, Value]),
    address.region,
  ];
}
