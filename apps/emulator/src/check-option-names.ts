import { operationNames } from './control/operation-names.ts';
import type { EmulatorOptions } from './emulator-options.ts';
import { InvalidOptionError } from './errors.ts';
import type { AccessKeyOptions, IdentityOptions } from './kms/policy/identity-registry.ts';
import { noSuchName } from './known-names.ts';
import type { SeedSource } from './plant-seed.ts';

/** The members of an object, none of them forgotten. */
type Members<Type> = Readonly<Record<keyof Required<Type>, true>>;

const optionMembers: Members<EmulatorOptions> = {
  port: true,
  httpsPort: true,
  host: true,
  allowHosts: true,
  stateFolder: true,
  clock: true,
  startAt: true,
  frozen: true,
  leaseMs: true,
  keyPolicies: true,
  signatures: true,
  identities: true,
  seeds: true,
  requestRates: true,
  journalCapacity: true,
  faultSeed: true,
  onError: true,
};

const identityMembers: Members<Omit<IdentityOptions, 'permissionsBoundary'>> = {
  arn: true,
  policies: true,
  tags: true,
  accessKeys: true,
};
/** Refused with a reason of their own, when the identity is read. */
const boundaries = ['permissionsBoundary', 'PermissionsBoundary'];

const accessKeyMembers: Members<AccessKeyOptions> = {
  accessKeyId: true,
  secretAccessKey: true,
  sessionToken: true,
  expiresAtMs: true,
  sessionName: true,
  context: true,
};

const seedMembers: Members<Exclude<SeedSource, string>> = { text: true, fileName: true };

/**
 * Looks for names of options that there are not: what somebody asked for by a misspelt one, such as that policies are enforced, would
 * not happen, and nobody would say so. Seeds are looked at when they are read.
 *
 * @throws {InvalidOptionError} naming it
 */
export function checkOptionNames(options: EmulatorOptions): void {
  refuseOthers('option', options, Object.keys(optionMembers));
  for (const identity of options.identities ?? []) {
    refuseOthers('member of identities', identity, Object.keys(identityMembers), boundaries);
    for (const key of identity.accessKeys ?? [])
      refuseOthers('member of access keys', key, Object.keys(accessKeyMembers));
  }
  refuseOthers('operation of AWS KMS', options.requestRates ?? {}, ['*', ...operationNames.kms]);
}

/** @throws {InvalidOptionError} for a member that the source of a seed does not have */
export function checkSeedSource(source: SeedSource): void {
  if (typeof source !== 'string') refuseOthers('member of seeds', source, Object.keys(seedMembers));
}

function refuseOthers(
  kind: string,
  given: object,
  known: readonly string[],
  passed: readonly string[] = [],
): void {
  const other = Object.keys(given).find((name) => !known.includes(name) && !passed.includes(name));
  if (other !== undefined) throw new InvalidOptionError(noSuchName(kind, other, known));
}
