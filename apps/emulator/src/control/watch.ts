import type { Awaitable, Clock } from '@keyfold/crypto-core';
import { holdBack } from './delivery.ts';
import type { FaultBook, FaultHit } from './fault-book.ts';
import type { Journal, JournalRecord } from './journal.ts';
import type { JournalContextPart, JournalDecision, JournalEntry, WatchedService } from './journal-entry.ts';
import { SharedList } from './shared-list.ts';

/** Where requests come from. */
export interface WatchedSource {
  readonly service: WatchedService;
  readonly from: 'client' | 'emulator';
  readonly account?: string;
  readonly region?: string;
  /** Absent where there is an account: its root user. */
  readonly caller?: string | null | undefined;
}

/** What is known of a request when it comes. */
export interface WatchedStart extends WatchedSource {
  readonly requestId: string;
}

/** Members of AWS requests and answers that are looked at: what names keys, aliases or secrets, and encryption contexts. */
const memberKinds: ReadonlyMap<string, 'key' | 'secret-name' | 'context' | 'metadata'> = new Map([
  ['KeyId', 'key'],
  ['SourceKeyId', 'key'],
  ['DestinationKeyId', 'key'],
  ['TargetKeyId', 'key'],
  ['PrimaryKeyId', 'key'],
  ['KmsKeyId', 'key'],
  ['AliasName', 'key'],
  ['SecretId', 'key'],
  ['ARN', 'key'],
  // Of AWS KMS, only custom key stores have names.
  ['Name', 'secret-name'],
  ['EncryptionContext', 'context'],
  ['SourceEncryptionContext', 'context'],
  ['DestinationEncryptionContext', 'context'],
  ['KeyMetadata', 'metadata'],
]);
/** The longest name that is kept: the longest reference to a key has 2,048 characters. */
const longestName = 2_048;

/** Watches the requests of one world: writes the journal, and lets faults strike. */
export class Watch {
  readonly journal: Journal;
  readonly faults: FaultBook;
  /** Ends what a fault holds back. */
  readonly signal: AbortSignal;
  /** What the lists of its exchanges begin with. */
  readonly noKeys: SharedList<string> = SharedList.empty();
  readonly noContext: SharedList<string | number> = SharedList.empty();
  readonly noDecisions: SharedList<string | boolean> = SharedList.empty();
  readonly #clock: Clock;
  #retired = false;

  constructor(options: {
    readonly journal: Journal;
    readonly faults: FaultBook;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  }) {
    this.journal = options.journal;
    this.faults = options.faults;
    this.signal = options.signal;
    this.#clock = options.clock;
  }

  /** Notes nothing any more: what ends after a reset is none of the state after it. */
  retire(): void {
    this.#retired = true;
  }

  /** @param exchange - one that has ended. */
  note(exchange: Exchange): void {
    if (!this.#retired) this.journal.add(exchange);
  }

  begin(start: WatchedStart): Exchange {
    return this.beginAt(start, start.requestId);
  }

  /** The same for a source that many requests share. */
  beginAt(source: WatchedSource, requestId: string): Exchange {
    return new Exchange(this, source, requestId, this.#clock.now().wallMs);
  }
}

/**
 * One request while it is under way, and then what the journal keeps of it: it becomes an entry when somebody looks. Thousands of these
 * lie in a journal, and what outlives its request is moved twice by the garbage collector: only the id is this one's own.
 */
export class Exchange implements JournalRecord {
  readonly #watch: Watch;
  readonly #source: WatchedSource;
  readonly #requestId: string;
  readonly #atMs: number;
  /** When it began, by the monotonic clock, and how long it took once it has ended. */
  #durationMs: number = performance.now();
  #keys: SharedList<string>;
  /** Names and the lengths of their values in turn. */
  #context: SharedList<string | number>;
  /** The parts of each in turn. */
  #decisions: SharedList<string | boolean>;
  #operation: string | null = null;
  #tenant: string | null = null;
  #hit: FaultHit | undefined;
  #status = 0;
  #error: string | null = null;

  constructor(watch: Watch, source: WatchedSource, requestId: string, atMs: number) {
    this.#watch = watch;
    this.#source = source;
    this.#requestId = requestId;
    this.#atMs = atMs;
    this.#keys = watch.noKeys;
    this.#context = watch.noContext;
    this.#decisions = watch.noDecisions;
  }

  get hit(): FaultHit | undefined {
    return this.#hit;
  }

  /** Keys as they are named until now. */
  get keys(): readonly string[] {
    return this.#keys.values;
  }

  named(operation: string, tenant: string | null = null): void {
    this.#operation = operation;
    this.#tenant = tenant;
  }

  /** There is no such operation. */
  unnamed(): void {
    this.#operation = null;
  }

  /** Takes the names of keys, and the names in encryption contexts, from a request's or an answer's members. */
  look(members: Readonly<Record<string, unknown>>): void {
    for (const name in members) {
      const kind = memberKinds.get(name);
      if (kind === undefined) continue;
      const value = members[name];
      if (kind === 'key') this.#noteKey(value);
      else if (kind === 'context') this.#noteContext(value);
      else if (kind === 'metadata') this.#noteKey(Object(value)['Arn']);
      else if (this.#source.service === 'secretsmanager') this.#noteKey(value);
    }
  }

  decided({ action, principal, resource, allowed, enforced, decidedBy }: JournalDecision): void {
    this.#decisions = this.#decisions
      .with(action)
      .with(principal)
      .with(resource)
      .with(allowed)
      .with(enforced)
      .with(decidedBy);
  }

  /** Whether a fault strikes the request. It waits as long as the fault wants. */
  strike(resolveKeys?: () => Promise<readonly string[]>): Awaitable<FaultHit | undefined> {
    if (this.#operation === null) return undefined;
    const { faults } = this.#watch;
    if (faults.list().length === 0) return undefined;
    const hit = faults.strike({
      service: this.#source.service,
      operation: this.#operation,
      account: this.#source.account ?? null,
      tenant: this.#tenant,
      from: this.#source.from,
      keys: this.keys,
      ...(resolveKeys === undefined ? {} : { resolveKeys }),
    });
    return hit === undefined ? undefined : this.#struck(hit);
  }

  async #struck(striking: Awaitable<FaultHit | undefined>): Promise<FaultHit | undefined> {
    this.#hit = await striking;
    if (this.#hit !== undefined && this.#hit.delayMs > 0)
      await holdBack(this.#hit.delayMs, this.#watch.signal);
    return this.#hit;
  }

  /** The fault that was to strike it had nothing to change. */
  missed(): void {
    this.#hit?.miss();
    this.#hit = undefined;
  }

  /** Notes how it ended. */
  ended(status: number, error: string | null): void {
    this.#status = status;
    this.#error = error;
    this.#durationMs = performance.now() - this.#durationMs;
    this.#watch.note(this);
  }

  toEntry(sequence: number): JournalEntry {
    const { service, from, account = null, region = null, caller } = this.#source;
    const root = account === null ? null : `arn:aws:iam::${account}:root`;
    const hit = this.#hit;
    return {
      sequence,
      at: new Date(this.#atMs).toISOString(),
      service,
      operation: this.#operation,
      requestId: this.#requestId,
      from,
      account,
      region,
      caller: caller === undefined ? root : caller,
      keys: this.#keys.values,
      tenant: this.#tenant,
      context: contextParts(this.#context.values),
      status: this.#status,
      error: this.#error,
      durationMs: this.#durationMs,
      fault: hit === undefined ? null : { rule: hit.rule, effect: hit.effect.kind },
      decisions: decisionsOf(this.#decisions.values),
    };
  }

  #noteKey(name: unknown): void {
    if (typeof name !== 'string' || name === '' || name.length > longestName) return;
    if (!this.#keys.has(name)) this.#keys = this.#keys.with(name);
  }

  #noteContext(context: unknown): void {
    if (typeof context !== 'object' || context === null) return;
    // What JSON was read into inherits no names.
    const values = context as Readonly<Record<string, unknown>>;
    for (const name in values) {
      const value = values[name];
      this.#context = this.#context.with(name).with(typeof value === 'string' ? value.length : 0);
    }
  }
}

function contextParts(noted: readonly (string | number)[]): readonly JournalContextPart[] {
  const parts: JournalContextPart[] = [];
  for (let at = 0; at < noted.length; at += 2)
    parts.push({ name: String(noted[at]), valueLength: Number(noted[at + 1]) });
  return parts;
}

function decisionsOf(noted: readonly (string | boolean)[]): readonly JournalDecision[] {
  const decisions: JournalDecision[] = [];
  for (let at = 0; at < noted.length; at += 6) {
    const [action, principal, resource, allowed, enforced, decidedBy] = noted.slice(at, at + 6);
    decisions.push({
      action: String(action),
      principal: String(principal),
      resource: String(resource),
      allowed: allowed === true,
      enforced: enforced === true,
      decidedBy: String(decidedBy),
    });
  }
  return decisions;
}
