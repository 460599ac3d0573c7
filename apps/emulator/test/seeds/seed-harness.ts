import type { Clock } from '@keyfold/crypto-core';
import type { Store } from '@keyfold/key-hierarchy';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import { createKms, type Kms } from '../../src/kms/kms.ts';
import { applySeed, type SeedTargets } from '../../src/seeds/apply-seed.ts';
import { parseSeed } from '../../src/seeds/parse-seed.ts';
import type { Seed } from '../../src/seeds/seed.ts';
import type { SeedCounts } from '../../src/seeds/seed-counts.ts';
import { SeedConflictError, SeedInvalidError } from '../../src/seeds/seed-errors.ts';
import type { SeedProblem } from '../../src/seeds/seed-problem.ts';

export const account = '111122223333';
export const region = 'eu-central-1';
export const startMs: number = Date.UTC(2026, 0, 2, 3, 4, 5);
export const dayMs: number = 24 * 60 * 60 * 1000;

/** An answer's members. JSON has no types: what a test asserts of them is the check. */
export type Output = Readonly<Record<string, never>>;

export interface Machine {
  readonly store: Store;
  readonly kms: Kms;
  readonly clock: Clock;
  advance(ms: number): void;
  apply(seed: Seed | string | object, more?: Partial<SeedTargets>): Promise<SeedCounts>;
  /** The members of an answer, which may be an error's. */
  call(operation: string, members?: object, where?: string): Promise<Output>;
}

/** An emulated KMS with a clock of its own, as on another machine. */
export async function openMachine(store: Store = createMemoryStore()): Promise<Machine> {
  let elapsedMs = 0;
  const clock: Clock = { now: () => ({ wallMs: startMs + elapsedMs, monotonicMs: elapsedMs }) };
  const failed = (error: unknown): never => {
    throw error;
  };
  const kms = await createKms({ store, clock, onInternalError: failed });
  return {
    store,
    kms,
    clock,
    advance: (ms) => {
      elapsedMs += ms;
    },
    apply: (seed, more) =>
      applySeed(seed instanceof Object && 'toJSON' in seed ? (seed as Seed) : read(seed), {
        store,
        clock,
        kms,
        ...more,
      }),
    async call(operation, members = {}, where = region) {
      const answer = await kms.handle({
        target: `TrentService.${operation}`,
        body: Buffer.from(JSON.stringify(members)),
        accountId: account,
        region: where,
      });
      const text = Buffer.from(answer.body).toString('utf8');
      return JSON.parse(text === '' ? '{}' : text);
    },
  };
}

export function read(seed: string | object): Seed {
  return parseSeed(typeof seed === 'string' ? seed : JSON.stringify(seed), { fileName: 'seed.yaml' });
}

/** A seed with these keys of the account. */
export function withKeys(...keys: readonly object[]): object {
  return { version: 1, accounts: [{ id: account, region, keys }] };
}

/** What is wrong with a text. */
export function invalid(text: string | object): SeedInvalidError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof SeedInvalidError) return error;
    throw error;
  }
  throw new Error('The seed is good.');
}

/** What keeps a seed from being applied. */
export async function conflict(applied: Promise<unknown>): Promise<SeedConflictError> {
  try {
    await applied;
  } catch (error) {
    if (error instanceof SeedConflictError) return error;
    throw error;
  }
  throw new Error('The seed was applied.');
}

/** `line:column path message. hint` */
export function shown({ line, column, path, message, hint }: SeedProblem): string {
  return `${line}:${column} ${path} ${message}. ${hint}`;
}

export const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
export const otherId = '9999abcd-12ab-34cd-56ef-1234567890ab';
export const sharedId: string = `mrk-${'ab'.repeat(16)}`;

/** 32 bytes in hex. */
export function hex(byte: number, byteLength = 32): string {
  return Buffer.alloc(byteLength, byte).toString('hex');
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
