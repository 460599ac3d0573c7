import { InvalidOptionError } from '../errors.ts';
import { noSuchName } from '../known-names.ts';
import type { JournalEntry, WatchedService } from './journal-entry.ts';
import { wrongName } from './operation-names.ts';

/** Which requests are meant: those that fit every member that is there. */
export interface JournalFilter {
  readonly service?: WatchedService;
  readonly operation?: string;
  /** A key by id, ARN or alias, as a request or its answer named it; or a secret's name or ARN. */
  readonly key?: string;
  readonly tenant?: string;
  readonly account?: string;
  readonly caller?: string;
  readonly from?: JournalEntry['from'];
  readonly status?: number;
  /** An error's name or code; null: only what succeeded. */
  readonly error?: string | null;
  readonly requestId?: string;
  /** Whether a fault interfered. */
  readonly faulted?: boolean;
  /** Whether a policy refused, or would have: `warn` mode lets such requests through. */
  readonly refused?: boolean;
  /** Only what ended after this entry. */
  readonly afterSequence?: number;
}

type Test<Name extends keyof JournalFilter> = (
  entry: JournalEntry,
  wanted: NonNullable<JournalFilter[Name]> | null,
) => boolean;

/** For each member of a filter, what fits. */
const tests: { readonly [Name in keyof Required<JournalFilter>]: Test<Name> } = {
  service: (entry, wanted) => entry.service === wanted,
  operation: (entry, wanted) => entry.operation === wanted,
  key: (entry, wanted) => wanted !== null && entry.keys.some((key) => isSameKey(key, wanted)),
  tenant: (entry, wanted) => entry.tenant === wanted,
  account: (entry, wanted) => entry.account === wanted,
  caller: (entry, wanted) => entry.caller === wanted,
  from: (entry, wanted) => entry.from === wanted,
  status: (entry, wanted) => entry.status === wanted,
  error: (entry, wanted) => entry.error === wanted,
  requestId: (entry, wanted) => entry.requestId === wanted,
  faulted: (entry, wanted) => (entry.fault !== null) === wanted,
  refused: (entry, wanted) => entry.decisions.some(({ allowed }) => !allowed) === wanted,
  afterSequence: (entry, wanted) => wanted !== null && entry.sequence > wanted,
};

/**
 * What a filter means. A member that is undefined says nothing.
 *
 * @throws {InvalidOptionError} for a member, a service, an operation or a source that there is not: passed over it would find too much,
 *   and nothing if it fitted nothing
 */
export function compileFilter(filter: JournalFilter): (entry: JournalEntry) => boolean {
  const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
  const checks = wanted.map(([name, value]) => {
    if (!Object.hasOwn(tests, name))
      throw new InvalidOptionError(noSuchName("member of the journal's filters", name, Object.keys(tests)));
    const test: (entry: JournalEntry, wanted: never) => boolean = tests[name as keyof JournalFilter];
    return (entry: JournalEntry) => test(entry, value as never);
  });
  const wrong = wrongName(filter);
  if (wrong !== undefined) throw new InvalidOptionError(wrong);
  return (entry) => checks.every((check) => check(entry));
}

/**
 * Whether two names of keys can be of the same key: `…:key/id` and `id`, `…:alias/name` and `alias/name`, a secret's ARN and its
 * name. Two ARNs are of two accounts or Regions where they differ.
 */
export function isSameKey(one: string, other: string): boolean {
  if (one === other) return true;
  return !(isArn(one) && isArn(other)) && lastPart(one) === lastPart(other);
}

export const isArn = (name: string): boolean => name.startsWith('arn:');

/** AWS Secrets Manager puts a hyphen and six characters after a secret's name. */
const secretResource = /^secret:(.+)-[A-Za-z0-9]{6}$/;

function lastPart(name: string): string {
  if (!isArn(name)) return name;
  const resource = name.split(':').slice(5).join(':');
  if (resource.startsWith('key/')) return resource.slice('key/'.length);
  return secretResource.exec(resource)?.[1] ?? resource;
}
