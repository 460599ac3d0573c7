import type { Clock } from '@keyfold/crypto-core';
import { checkOptionNames } from './check-option-names.ts';
import type { Moment } from './clock/emulator-clock.ts';
import { InvalidOptionError } from './errors.ts';
import type { IdentityOptions } from './kms/policy/identity-registry.ts';
import type { RequestRates } from './kms/policy/request-quotas.ts';
import type { SeedSource } from './plant-seed.ts';

export interface EmulatorOptions {
  /** HTTP port; 0 (the default here) takes any free one. */
  readonly port?: number;
  /** HTTPS port; 0 (the default here) takes any free one. */
  readonly httpsPort?: number;
  /** Address to listen on. Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Hosts that requests may be addressed to, beside `localhost`, `127.0.0.1` and `[::1]`; the certificate is for them too. */
  readonly allowHosts?: readonly string[];
  /** Where keys are kept. Absent: in memory, and forgotten at the end. */
  readonly stateFolder?: string;
  /**
   * The time that everything goes by, before `emulator.clock` moves it. Default: the system's. It can end leases early, never
   * stretch them.
   */
  readonly clock?: Clock;
  /** What the clock is set to at the start; it goes on from there. */
  readonly startAt?: Moment;
  /** Whether the clock stands still from the start. */
  readonly frozen?: boolean;
  /** How long the service goes on using a tenant key after its root was last asked, in milliseconds. Default 60,000. */
  readonly leaseMs?: number;
  /**
   * Whether key policies, grants and the policies of identities decide who may use the emulated KMS: `off` lets everybody use the
   * keys of his own account, `warn` lets him too and notes in the journal what would be refused, `strict` refuses as AWS does.
   * Absent: `strict` for credentials of known identities, `off` for others.
   */
  readonly keyPolicies?: 'off' | 'warn' | 'strict';
  /**
   * Whether signatures count: `lax` (the default) takes any credentials, and refuses only a scope that names no Region; `strict`
   * takes known ones alone, with a signature that is right.
   */
  readonly signatures?: 'lax' | 'strict';
  /** Users, roles and root users whose credentials and policies are known. */
  readonly identities?: readonly IdentityOptions[];
  /** What is there from the start: names of seed files, or seeds as text. What is there already is left as it is. */
  readonly seeds?: readonly SeedSource[];
  /**
   * Requests per second that each account may make in a region, by operation; `*` is for each that is not named. What Secrets
   * Manager asks for a client counts, what the emulator asks for itself does not. Default: no limit.
   */
  readonly requestRates?: RequestRates;
  /** How many requests the journal remembers. Default 10,000. */
  readonly journalCapacity?: number;
  /** Of the generator that faults' probabilities and latencies are drawn from. Default 1. */
  readonly faultSeed?: number;
  /** Told of the cause behind each answer that says only that the emulator failed. */
  readonly onError?: (error: unknown) => void;
}

const choices = {
  keyPolicies: ['off', 'warn', 'strict'],
  signatures: ['lax', 'strict'],
} as const;

/**
 * Checks what types cannot, and what comes without types.
 *
 * @throws {InvalidOptionError} naming the option
 */
export function checkOptions(options: EmulatorOptions): void {
  checkOptionNames(options);
  for (const port of [options.port, options.httpsPort])
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
      throw new InvalidOptionError(`A port is an integer from 0 to 65535, not ${port}.`);
  for (const [name, values] of Object.entries(choices)) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined && !(values as readonly unknown[]).includes(value))
      throw new InvalidOptionError(`The option ${name} is one of ${values.join(', ')}.`);
  }
  const { journalCapacity = 1, faultSeed = 1, port = 0, httpsPort = 0 } = options;
  if (!(Number.isSafeInteger(journalCapacity) && journalCapacity >= 1 && journalCapacity <= 10_000_000))
    throw new InvalidOptionError('The journal remembers 1 to 10,000,000 requests.');
  if (!Number.isSafeInteger(faultSeed)) throw new InvalidOptionError('The seed of faults is an integer.');
  if (port !== 0 && port === httpsPort)
    throw new InvalidOptionError('HTTP and HTTPS need a port of their own each.');
}
