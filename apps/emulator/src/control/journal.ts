import { InvalidOptionError } from '../errors.ts';
import { JournalMismatchError } from './control-errors.ts';
import type { JournalEntry } from './journal-entry.ts';
import { compileFilter, type JournalFilter } from './journal-filter.ts';

/** How often what fits is expected; one number for exactly that often. */
export interface ExpectedCount {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a journal keeps of a request, to be made an entry when somebody looks: that would cost each request time. */
export interface JournalRecord {
  toEntry(sequence: number): JournalEntry;
}

const defaultCapacity = 10_000;
/** As many of the latest requests are told in a mismatch. */
const shownEntries = 10;

/**
 * The requests that came, the latest of them: a ring that forgets the oldest when it is full.
 *
 * @example
 * ```ts
 * emulator.journal.expect({ operation: 'Decrypt', key: keyArn }, 1); // throws what came instead
 * ```
 */
export class Journal {
  readonly capacity: number;
  #records: JournalRecord[] = [];
  #oldest = 0;
  #sequence = 0;

  /** @param capacity - how many requests are remembered; 10,000 if left out. */
  constructor(capacity: number = defaultCapacity) {
    this.capacity = capacity;
  }

  /** How many requests were noted, with those that are forgotten. */
  get total(): number {
    return this.#sequence;
  }

  /** Notes a request that has ended. */
  add(record: JournalRecord): void {
    this.#sequence += 1;
    if (this.#records.length < this.capacity) {
      this.#records.push(record);
      return;
    }
    this.#records[this.#oldest] = record;
    this.#oldest = (this.#oldest + 1) % this.capacity;
  }

  /**
   * What fits, in the order in which it ended.
   *
   * @throws {InvalidOptionError} for a filter with a member or a name that there is not
   */
  find(filter: JournalFilter = {}): readonly JournalEntry[] {
    const fits = compileFilter(filter);
    const { length } = this.#records;
    const found: JournalEntry[] = [];
    for (let at = 0; at < length; at++) {
      const record = this.#records[(this.#oldest + at) % length];
      const entry = record?.toEntry(this.#sequence - length + at + 1);
      if (entry !== undefined && fits(entry)) found.push(entry);
    }
    return found;
  }

  count(filter: JournalFilter = {}): number {
    return this.find(filter).length;
  }

  /**
   * Asserts how often something was asked for.
   *
   * @param times - exactly so often, or within bounds; at least once if left out.
   * @returns what fits
   * @throws {JournalMismatchError} naming what was expected and what came
   * @throws {InvalidOptionError} for a filter or a count with a member or a name that there is not
   */
  expect(filter: JournalFilter, times: number | ExpectedCount = { atLeast: 1 }): readonly JournalEntry[] {
    const found = this.find(filter);
    const { atLeast, atMost } = boundsOf(times);
    if (found.length >= atLeast && found.length <= atMost) return found;
    throw new JournalMismatchError(
      `Expected ${amount(atLeast, atMost)} to fit ${JSON.stringify(filter)}, but there ${found.length === 1 ? 'was' : 'were'} ${found.length}. ${this.#latest()}`,
    );
  }

  /** Forgets everything; the numbers begin anew. */
  clear(): void {
    this.#records = [];
    this.#oldest = 0;
    this.#sequence = 0;
  }

  #latest(): string {
    const latest = this.find().slice(-shownEntries);
    if (latest.length === 0) return 'No request has come.';
    const lines = latest.map(
      ({ sequence, service, operation, keys, tenant, status, error }) =>
        `#${sequence} ${service} ${operation ?? '(unknown operation)'} ${[...keys, ...(tenant === null ? [] : [`tenant ${tenant}`])].join(' ')} → ${status}${error === null ? '' : ` ${error}`}`,
    );
    return `The latest requests:\n${lines.join('\n')}`;
  }
}

/** What is given out of a journal: all but writing into it. */
export type JournalReader = Omit<Journal, 'add'>;

/** What it does not know would let any number pass. */
function boundsOf(times: number | ExpectedCount): Required<ExpectedCount> {
  const {
    atLeast = 0,
    atMost = Number.POSITIVE_INFINITY,
    ...others
  } = typeof times === 'number' ? { atLeast: times, atMost: times } : times;
  if (Object.keys(others).length > 0 || !(atLeast >= 0 && atMost >= atLeast))
    throw new InvalidOptionError('A count is a number, or bounds: atLeast, atMost or both, in this order.');
  return { atLeast, atMost };
}

function amount(atLeast: number, atMost: number): string {
  const requests = (count: number): string => (count === 1 ? '1 request' : `${count} requests`);
  if (atLeast === atMost) return requests(atLeast);
  return atMost === Number.POSITIVE_INFINITY
    ? `at least ${requests(atLeast)}`
    : `${atLeast} to ${atMost} requests`;
}
