/** Where a key lives. Accounts and regions share nothing. */
export interface Place {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}

/** Which key. */
export interface KeyAddress extends Place {
  readonly keyId: string;
}

/** Regions outside these prefixes are in the partition `aws`. */
const partitions: readonly (readonly [regionPrefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
  ['eusc-', 'aws-eusc'],
];

/** The partition in which a region lies. */
export function partitionOf(region: string): string {
  return partitions.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** The ARN of a key. */
export function keyArn({ accountId, region, keyId }: KeyAddress): string {
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:key/${keyId}`;
}

/** The ARN of an alias; `alias` is the whole name, with its prefix. */
export function aliasArn({ accountId, region }: Place, alias: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:${alias}`;
}

/** The account itself, which is who calls as long as no identities are told apart. */
export function accountPrincipalArn({ accountId, region }: Place): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:root`;
}

/** Ids are UUIDs, or `mrk-` and 32 digits for multi-Region keys: 36 characters either way. */
const keyIdForm = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/i;

/** The last text that had the form: requests mostly name the same keys again. */
let lastKeyId: string | undefined;

/** Whether a text has the form of a key id. Upper case has, though no key is named in it. */
export function isKeyId(text: string): boolean {
  if (text === lastKeyId) return true;
  if (!keyIdForm.test(text)) return false;
  lastKeyId = text;
  return true;
}
