import { randomInt } from 'node:crypto';
import { type Place, partitionOf } from '../../kms/keys/key-address.ts';

/** Which secret, by its name: a place has one of that name. */
export interface SecretAddress extends Place {
  readonly name: string;
}

/** How long the random end of an ARN is. */
const suffixLength = 6;
const suffixAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The random end of a new secret's ARN: who knows the ARN of a secret that is gone does not know that of its successor. */
export function randomSuffix(): string {
  return Array.from({ length: suffixLength }, () => suffixAlphabet[randomInt(suffixAlphabet.length)]).join(
    '',
  );
}

/** AWS Secrets Manager user guide, "What's in a Secrets Manager secret?", "Metadata". */
export function secretArn({ accountId, region, name }: SecretAddress, suffix: string): string {
  return `arn:${partitionOf(region)}:secretsmanager:${region}:${accountId}:secret:${name}-${suffix}`;
}

/** AWS Secrets Manager API reference, "CreateSecret": what names consist of. AWS itself has `!` in those of its services. */
const nameForm = /^[a-zA-Z0-9/_+=.@!-]{1,512}$/;

/** Whether a text can be the name of a secret. */
export function isSecretName(text: string): boolean {
  return nameForm.test(text);
}

/** What a request's `SecretId` says. */
export interface SecretReference {
  readonly address: SecretAddress;
  /** Of a complete ARN; undefined for a name, and for an ARN without its random end. */
  readonly suffix: string | undefined;
}

/** Groups: partition, region, account, name with or without the random end. */
const arnForm = /^arn:([^:]*):secretsmanager:([^:]*):(\d{12}):secret:([^:]*)$/;
const completeForm = /^(.+)-([a-zA-Z0-9]{6})$/;

/**
 * The secrets that a `SecretId` can mean, the likeliest first; none where it is neither a name nor an ARN. An ARN that ends in a
 * hyphen and six characters can be a complete one, or the beginning of one of a secret whose name ends so.
 *
 * AWS Secrets Manager user guide, "Find a secret from a partial ARN".
 */
export function readSecretId(secretId: string, place: Place): readonly SecretReference[] {
  if (!secretId.startsWith('arn:')) {
    if (!isSecretName(secretId)) return [];
    return [
      {
        address: { accountId: place.accountId, region: place.region, name: secretId },
        suffix: undefined,
      },
    ];
  }
  const [, partition, region, accountId, resource] = arnForm.exec(secretId) ?? [];
  if (region === undefined || accountId === undefined || resource === undefined) return [];
  if (partition !== partitionOf(region)) return [];
  const [, name, suffix] = completeForm.exec(resource) ?? [];
  const meant = [
    { name, suffix },
    { name: resource, suffix: undefined },
  ];
  // Each is held against the form by itself: the end of an ARN makes a long name longer than names are.
  return meant.flatMap(({ name, suffix }) =>
    name !== undefined && isSecretName(name) ? [{ address: { accountId, region, name }, suffix }] : [],
  );
}
