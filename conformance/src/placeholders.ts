import { isBlob } from './blobs.ts';
import { literalPattern } from './literal-pattern.ts';

/** `<name>` or `<name:label>`. */
const placeholderForm = /<([a-z-]+)(?::(\d+))?>/g;

const nonEmptyBlob = (value: unknown): boolean => isBlob(value) && value.length > 0;
/** A DER sequence, which a SubjectPublicKeyInfo and a PKCS #8 key both are. */
const derSequence = (value: unknown): boolean => isBlob(value) && Buffer.from(value, 'base64')[0] === 0x30;
const nonEmptyText = (value: unknown): boolean => typeof value === 'string' && value.length > 0;

/** Those that the file describes in words; the others are patterns. */
const describedPlaceholders: Readonly<Record<string, (value: unknown) => boolean>> = {
  datetime: (value) => typeof value === 'number' && value > 0,
  'grant-id': nonEmptyText,
  'grant-token': nonEmptyText,
  ciphertext: nonEmptyBlob,
  signature: nonEmptyBlob,
  mac: nonEmptyBlob,
  'import-token': nonEmptyBlob,
  'public-key': derSequence,
  'private-key': derSequence,
};

/** What the placeholders of one case stand for. */
export class Placeholders {
  readonly #patterns: ReadonlyMap<string, string>;
  /** Name and label → value. */
  readonly #bound = new Map<string, unknown>();

  /** @param definitions - the recorded file's `placeholders`. */
  constructor(definitions: Readonly<Record<string, string>>) {
    this.#patterns = new Map(
      Object.entries(definitions)
        .filter(([, definition]) => definition.startsWith('^'))
        .map(([name, definition]) => [name.slice(1, -1), definition.replace(/^\^|\$$/g, '')]),
    );
  }

  /** Whether a text has placeholders. */
  static isIn(text: string): boolean {
    return text.match(placeholderForm) !== null;
  }

  /**
   * Why `actual` is not what `expected` stands for, or undefined.
   *
   * @param requestedKeyId - the request's `KeyId`, for answers of which it is not known whether they had the id or the ARN.
   */
  mismatch(expected: string, actual: unknown, requestedKeyId: unknown): string | undefined {
    const [whole, name = '', label] = expected.match(new RegExp(`^${placeholderForm.source}$`)) ?? [];
    if (whole === undefined) return this.#mismatchInside(expected, actual);
    if (name === 'key-id-or-arn')
      return namesSameKey(actual, requestedKeyId)
        ? undefined
        : `does not name the key ${String(requestedKeyId)}`;
    return this.#holds(name, actual) ? this.#bind(name, label, actual) : `is no ${name}`;
  }

  #mismatchInside(expected: string, actual: unknown): string | undefined {
    const found = [...expected.matchAll(placeholderForm)];
    const literals = expected.split(new RegExp(placeholderForm.source.replaceAll(/\((?!\?)/g, '(?:')));
    const pattern = literals
      .map(
        (literal, index) =>
          literalPattern(literal) + (found[index] ? `(${this.#patternOf(found[index][1])})` : ''),
      )
      .join('');
    const groups = new RegExp(`^${pattern}$`).exec(String(actual));
    if (groups === null) return `does not match ${expected}`;
    return found
      .map(([, name = '', label], index) => this.#bind(name, label, groups[index + 1]))
      .find((mismatch) => mismatch !== undefined);
  }

  #holds(name: string, actual: unknown): boolean {
    const described = describedPlaceholders[name];
    if (described !== undefined) return described(actual);
    return typeof actual === 'string' && new RegExp(`^${this.#patternOf(name)}$`).test(actual);
  }

  #patternOf(name: string | undefined): string {
    const pattern = this.#patterns.get(name ?? '');
    if (pattern === undefined) throw new Error(`The recorded cases use <${name}>, which is not known here.`);
    return pattern;
  }

  /** One label stands for one value throughout a case, and two labels for two. */
  #bind(name: string, label: string | undefined, actual: unknown): string | undefined {
    if (label === undefined) return undefined;
    const key = `${name}:${label}`;
    if (this.#bound.has(key))
      return this.#bound.get(key) === actual ? undefined : `is another <${key}> than before`;
    for (const [other, value] of this.#bound)
      if (other.startsWith(`${name}:`) && value === actual) return `is <${other}>, not <${key}>`;
    this.#bound.set(key, actual);
    return undefined;
  }
}

function namesSameKey(actual: unknown, requested: unknown): boolean {
  const id = (value: unknown): string => String(value).split('/').at(-1) ?? '';
  return typeof actual === 'string' && id(actual) === id(requested);
}
