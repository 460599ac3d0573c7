import { record } from './combine-schemas.ts';
import { PlainNumber } from './plain-number.ts';
import { addMismatch, isMap, type OptionalMember, Schema } from './schema.ts';

/** A form that a text must have. */
interface Form {
  readonly pattern: RegExp;
  /** What a text is not that does not have it. */
  readonly what: string;
  readonly hint: string;
}

export type FormName =
  | 'accountId'
  | 'region'
  | 'keyId'
  | 'keyArn'
  | 'aliasName'
  | 'grantId'
  | 'grantName'
  | 'identifier'
  | 'apiKey'
  | 'arnSuffix'
  | 'time';

/** All forms. Sources: AWS KMS API reference for its ids and names, the encryption API for its own. */
const forms: Readonly<Record<FormName, Form>> = {
  accountId: {
    pattern: /^\d{12}$/,
    what: 'is no account id',
    hint: 'An account id has 12 digits, such as 111122223333.',
  },
  region: {
    pattern: /^[a-z]{2,8}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/,
    what: 'is no region',
    hint: 'Write it as AWS does: eu-central-1.',
  },
  keyId: {
    pattern: /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/,
    what: 'is no key id',
    hint: 'A key id is a UUID in lower case, or mrk- and 32 hexadecimal digits for a multi-Region key.',
  },
  keyArn: {
    pattern:
      /^arn:aws(?:-[a-z]{1,16}){0,3}:kms:[a-z0-9-]{1,32}:\d{12}:key\/(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})$/,
    what: "is no key's ARN",
    hint: 'Write arn:aws:kms:<region>:<account>:key/<key id>.',
  },
  aliasName: {
    pattern: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/,
    what: 'is no alias that can be made',
    hint: 'An alias is alias/ and letters, digits, / _ or -; those that begin with alias/aws/ are AWS’s own.',
  },
  grantId: {
    pattern: /^[0-9a-f]{64}$/,
    what: 'is no grant id',
    hint: 'A grant id has 64 hexadecimal digits in lower case. Leave it out for one of chance.',
  },
  grantName: {
    pattern: /^[a-zA-Z0-9:/_-]{1,256}$/,
    what: 'is no name of a grant',
    hint: 'It has letters, digits and : / _ -.',
  },
  identifier: {
    pattern: /^[a-z0-9][a-z0-9_-]{0,62}$/,
    what: 'is no id of a tenant or a service',
    hint: 'It has 1 to 63 characters of a-z, 0-9, - and _, the first a letter or a digit.',
  },
  apiKey: {
    pattern: /^kf_(?:admin|application)_[A-Za-z0-9_-]{43}$/,
    what: 'is no API key',
    hint: 'An API key is kf_admin_ or kf_application_ and 43 characters of base64url, which are 32 bytes.',
  },
  arnSuffix: {
    pattern: /^[A-Za-z0-9]{6}$/,
    what: "is no end of a secret's ARN",
    hint: 'It has six letters or digits. Leave it out for one of chance.',
  },
  time: {
    pattern: /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/,
    what: 'is no time',
    hint: 'Write it in ISO 8601 with its zone: 2026-01-31T12:00:00Z.',
  },
};

/** A text of at most `maxLength` UTF-16 units. A number that was meant as text is taken as it is written. */
export function text(maxLength: number): Schema<string> {
  return new Schema((value, path, problems) => {
    const written = asWritten(value);
    if (typeof written !== 'string') return addMismatch(problems, path, value, 'a text');
    if (written.length <= maxLength) return written;
    const hint = `It has at most ${maxLength} character${maxLength === 1 ? '' : 's'}.`;
    problems.add(path, 'is too long', hint);
    return undefined;
  });
}

function asWritten(value: unknown): unknown {
  return value instanceof PlainNumber ? value.source : value;
}

const formedText = text(512);

export function formed(name: FormName): Schema<string> {
  const { pattern, what, hint } = forms[name];
  return new Schema((value, path, problems) => {
    const read = formedText.read(value, path, problems);
    if (read === undefined || pattern.test(read)) return read;
    problems.add(path, what, hint);
    return undefined;
  });
}

const timeText = formed('time');

/** A time in milliseconds since 1970. */
export const time: Schema<number> = new Schema((value, path, problems) => {
  const read = timeText.read(value, path, problems);
  if (read === undefined) return undefined;
  const ms = Date.parse(read);
  if (!Number.isNaN(ms)) return ms;
  problems.add(path, forms.time.what, forms.time.hint);
  return undefined;
});

export function integer(min: number, max: number): Schema<number> {
  return new Schema((value, path, problems) => {
    const read = value instanceof PlainNumber ? value.value : value;
    if (typeof read !== 'number') return addMismatch(problems, path, value, 'a number');
    if (!Number.isInteger(read)) return addMismatch(problems, path, value, 'a whole number');
    if (read >= min && read <= max) return read;
    if (read < min) problems.add(path, 'is too small', `It is at least ${min}.`);
    else problems.add(path, 'is too large', `It is at most ${max}.`);
    return undefined;
  });
}

/** A map with names of the document's own. */
export function namedTexts(maxName: number, maxLength: number): Schema<Readonly<Record<string, string>>> {
  return record(maxName, text(maxLength));
}

/** A policy's JSON, character for character where it is given as text, else made of what stands there. */
export const policyText: Schema<string> = new Schema((value, path, problems) => {
  if (isMap(value)) return JSON.stringify(value, numbersAsWritten);
  return typeof value === 'string' ? value : addMismatch(problems, path, value, 'a text');
});

/** IAM compares numbers in conditions also as texts, and account ids are texts. */
function numbersAsWritten(_: string, value: unknown): unknown {
  return asWritten(value);
}

const bytesForms = ['hex', 'base64', 'pem'] as const;

/** Bytes as they are written. */
export interface WrittenBytes {
  readonly form: (typeof bytesForms)[number];
  /** A secret. */
  readonly text: string;
}

/** The members in which bytes are written, of which one is there; for maps that have others too. */
export const bytesMembers: Readonly<Record<(typeof bytesForms)[number], OptionalMember<string>>> = {
  hex: text(32_768).optional(),
  base64: text(32_768).optional(),
  pem: text(32_768).optional(),
};

type BytesMembers = { readonly [Name in (typeof bytesForms)[number]]?: string | undefined };

/** The bytes of a map, or undefined where they are written in none or in two ways. */
export function writtenBytes(members: BytesMembers): WrittenBytes | undefined {
  const written = bytesForms.flatMap((form) => {
    const value = members[form];
    return value === undefined ? [] : [{ form, text: value }];
  });
  return written.length === 1 ? written[0] : undefined;
}
