import { createIdentityRegistry } from '../kms/policy/identity-registry.ts';
import { InvalidIdentityError } from '../kms/policy/invalid-identity-error.ts';
import { checkPolicy } from './check-policy.ts';
import type { Path } from './problems.ts';
import type { Reading } from './read-copy.ts';
import type { SeedIdentity } from './seed.ts';
import type { WrittenIdentity } from './written-seed.ts';

/** Reads an identity of an emulated IAM, and has the registry look at it. */
export function readIdentity(
  written: WrittenIdentity,
  accountId: string,
  path: Path,
  { problems, names }: Reading,
): SeedIdentity {
  const { arn, policies, tags } = written;
  names.claim('identity', [arn], [...path, 'arn']);
  if (arn.split(':')[4] !== accountId)
    problems.add(
      [...path, 'arn'],
      'is none of this account',
      'Move it to the account that it names, or name this one.',
    );
  for (const [index, { id }] of (written.accessKeys ?? []).entries())
    names.claim('access key', [id], [...path, 'accessKeys', index, 'id']);
  const identity: SeedIdentity = {
    at: problems.place(path),
    arn,
    ...(policies === undefined ? {} : { policies }),
    ...(tags === undefined ? {} : { tags }),
    accessKeys: (written.accessKeys ?? []).map((key) => ({
      accessKeyId: key.id,
      secretAccessKey: key.secret,
      ...(key.sessionToken === undefined ? {} : { sessionToken: key.sessionToken }),
      ...(key.expiresAt === undefined ? {} : { expiresAtMs: key.expiresAt }),
      ...(key.sessionName === undefined ? {} : { sessionName: key.sessionName }),
      ...(key.context === undefined ? {} : { context: key.context }),
    })),
  };
  for (const [name, policy] of Object.entries(policies ?? {}))
    checkPolicy('identity', policy, [...path, 'policies', name], problems);
  try {
    createIdentityRegistry([{ ...identity, policies: {} }]);
  } catch (error) {
    if (!(error instanceof InvalidIdentityError)) throw error;
    // What follows the ARN says what is wrong, and quotes nothing.
    problems.add(
      path,
      `cannot be: ${error.message.split(' cannot be: ').at(-1)?.replace(/\.+$/, '')}`,
      error.hint,
    );
  }
  return identity;
}
