import type { Awaitable } from '@keyfold/crypto-core';
import { checkFaultRule } from './check-fault-rule.ts';
import { delayOf, faultRows } from './fault-effects.ts';
import type { FaultEffect, FaultRule } from './fault-rule.ts';
import type { WatchedService } from './journal-entry.ts';
import { isArn, isSameKey } from './journal-filter.ts';
import { seededRandom } from './seeded-random.ts';

/** A rule that is in force, until it is removed. */
export interface FaultHandle {
  readonly id: string;
  readonly rule: FaultRule;
  /** How many requests met the fault; not those in whose answers a wrong answer had nothing to change. */
  readonly hits: number;
  remove(): void;
}

/** What is known of a request when a fault could strike it. */
export interface FaultCandidate {
  readonly service: WatchedService;
  readonly operation: string;
  readonly account: string | null;
  readonly tenant: string | null;
  readonly from: 'client' | 'emulator';
  /** Keys as the request names them. */
  readonly keys: readonly string[];
  /** Every name of the keys that are meant. Asked only where a rule names a key. */
  readonly resolveKeys?: () => Promise<readonly string[]>;
}

/** A fault that strikes a request. */
export interface FaultHit {
  readonly rule: string;
  readonly effect: FaultEffect;
  /** Milliseconds for which the answer is held back. */
  readonly delayMs: number;
  /** Takes the hit back: there was nothing in the answer that the fault could change. The next request that fits meets it instead. */
  readonly miss: () => void;
}

interface HeldRule extends FaultHandle {
  hits: number;
  /** How many requests fitted. */
  fitted: number;
  readonly effect: FaultEffect;
}

/**
 * The fault rules of an emulator. The first rule that hits decides; each request meets one fault at most.
 *
 * @example
 * ```ts
 * const rule = emulator.faults.add({ operation: 'Decrypt', nth: 2, effect: 'throttling' });
 * // …
 * rule.hits; // 1
 * rule.remove();
 * ```
 */
export class FaultBook {
  readonly #seed: number;
  #random: () => number;
  #rules: HeldRule[] = [];
  #added = 0;

  /** @param seed - of the generator that probabilities and latencies are drawn from. */
  constructor(seed: number = 1) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  /** @throws {InvalidFaultRuleError} for a rule that makes no sense */
  add(rule: FaultRule): FaultHandle {
    const effect = checkFaultRule(rule);
    this.#added += 1;
    const held: HeldRule = {
      id: `fault-${this.#added}`,
      rule: structuredClone(rule),
      effect: structuredClone(effect),
      hits: 0,
      fitted: 0,
      remove: () => {
        this.#rules = this.#rules.filter((other) => other !== held);
      },
    };
    this.#rules = [...this.#rules, held];
    return held;
  }

  /** The rules in force, in the order in which they were added. */
  list(): readonly FaultHandle[] {
    return this.#rules;
  }

  /** Removes all rules; what is drawn from then on is drawn anew. */
  clear(): void {
    this.#rules = [];
    this.#random = seededRandom(this.#seed);
  }

  /** The fault that strikes a request, if one does. */
  strike(candidate: FaultCandidate): Awaitable<FaultHit | undefined> {
    if (this.#rules.length === 0) return undefined;
    // Who names a key may mean one that the request calls by another name, or not the one of that name in his own account.
    const asks = this.#rules.some(
      ({ rule }) =>
        rule.key !== undefined &&
        fitsAllButKey(rule, candidate) &&
        (isArn(rule.key) || !namesKey(rule, candidate.keys)),
    );
    const { resolveKeys } = candidate;
    return asks && resolveKeys !== undefined
      ? resolveKeys().then((names) => this.#strike(candidate, withAliasArns(names)))
      : this.#strike(candidate);
  }

  /** @param meant - every name of the keys that are meant, where that was asked. */
  #strike(candidate: FaultCandidate, meant?: readonly string[]): FaultHit | undefined {
    for (const held of this.#rules) {
      const { rule, effect } = held;
      if (!fitsAllButKey(rule, candidate) || !namesKey(rule, candidate.keys, meant)) continue;
      held.fitted += 1;
      if (rule.nth !== undefined && held.fitted !== rule.nth) continue;
      if (rule.count !== undefined && held.hits >= rule.count) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      held.hits += 1;
      const miss = (): void => {
        held.hits -= 1;
        // Requests may have fitted meanwhile, and passed as later ones than the nth.
        if (rule.nth !== undefined) held.fitted = rule.nth - 1;
      };
      return { rule: held.id, effect, delayMs: delayOf(effect, this.#random), miss };
    }
    return undefined;
  }
}

/** What is given out of the fault rules. */
export type FaultControl = Pick<FaultBook, 'add' | 'list' | 'clear'>;

function fitsAllButKey(rule: FaultRule, candidate: FaultCandidate): boolean {
  return (
    (rule.service ?? candidate.service) === candidate.service &&
    (rule.operation ?? candidate.operation) === candidate.operation &&
    (rule.tenant ?? candidate.tenant) === candidate.tenant &&
    (rule.account ?? candidate.account) === candidate.account &&
    (rule.from ?? candidate.from) === candidate.from &&
    faultRows[typeof rule.effect === 'string' ? rule.effect : rule.effect.kind].services.includes(
      candidate.service,
    )
  );
}

function namesKey({ key }: FaultRule, asked: readonly string[], meant?: readonly string[]): boolean {
  if (key === undefined) return true;
  // An ARN says which account and Region: where it is known what is meant, nothing else will do.
  if (meant !== undefined && isArn(key)) return asked.includes(key) || meant.includes(key);
  return [...asked, ...(meant ?? [])].some((name) => isSameKey(name, key));
}

/** @param names - ARNs of keys, each with the names of its aliases after it. */
function withAliasArns(names: readonly string[]): readonly string[] {
  let prefix = '';
  return names.flatMap((name) => {
    if (!isArn(name)) return [name, prefix + name];
    prefix = name.slice(0, name.lastIndexOf(':') + 1);
    return [name];
  });
}
