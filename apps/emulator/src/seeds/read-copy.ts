import { KmsFault } from '../kms/faults/kms-fault.ts';
import { checkTags } from '../kms/keys/check-tags.ts';
import type { Place } from '../kms/keys/key-address.ts';
import { checkConstraints } from '../kms/wire/check-constraints.ts';
import { readMembers } from '../kms/wire/read-members.ts';
import { checkPolicy } from './check-policy.ts';
import type { Path, Problems } from './problems.ts';
import type { SeedAlias, SeedCopy, SeedGrant } from './seed.ts';
import type { Uniqueness } from './uniqueness.ts';
import type { WrittenCopy, WrittenGrant } from './written-seed.ts';

/** What reading a seed works with. */
export interface Reading {
  readonly problems: Problems;
  readonly names: Uniqueness;
}

type RequestName = 'CreateKeyRequest' | 'CreateGrantRequest';

/** Reads what a copy of a key has of its own. */
export function readCopy(
  written: WrittenCopy,
  place: Place,
  keyId: string,
  path: Path,
  reading: Reading,
): SeedCopy {
  const { problems, names } = reading;
  const { description, policy, state, deletionWindowDays } = written;
  const tags =
    written.tags && Object.entries(written.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  const at = problems.place(path);
  holdAgainst('CreateKeyRequest', { Description: description, Policy: policy, Tags: tags }, path, problems);
  const refusedTags = tags && refusal(() => checkTags(tags));
  if (refusedTags !== undefined)
    problems.add([...path, 'tags'], `are not what AWS KMS takes: ${refusedTags}`, 'Name them otherwise.');
  if (policy !== undefined) checkPolicy('key', policy, [...path, 'policy'], problems);
  if (deletionWindowDays !== undefined && state !== 'PendingDeletion')
    problems.add(
      [...path, 'deletionWindowDays'],
      'is there though the key is not to be deleted',
      'Add state: PendingDeletion, or take it away.',
    );
  return {
    at,
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
    ...(policy === undefined ? {} : { policy }),
    ...(state === undefined ? {} : { state }),
    ...(deletionWindowDays === undefined ? {} : { deletionWindowDays }),
    aliases: (written.aliases ?? []).map((name, index): SeedAlias => {
      const aliasPath = [...path, 'aliases', index];
      names.claim('alias', [place.accountId, place.region, name], aliasPath);
      return { at: problems.place(aliasPath), name };
    }),
    grants: (written.grants ?? []).map((grant, index) =>
      readGrant(grant, [place.accountId, place.region, keyId], [...path, 'grants', index], reading),
    ),
  };
}

function readGrant(
  written: WrittenGrant,
  key: readonly string[],
  path: Path,
  { problems, names }: Reading,
): SeedGrant {
  const { name, id, constraints } = written;
  names.claim('grant', [...key, name], path);
  if (id !== undefined) names.claim('grant id', [...key, id], [...path, 'id']);
  const request = {
    Name: name,
    GranteePrincipal: written.grantee,
    GranteeServicePrincipal: written.granteeService,
    RetiringPrincipal: written.retiring,
    RetiringServicePrincipal: written.retiringService,
    Operations: written.operations,
    Constraints: constraints && {
      EncryptionContextEquals: constraints.contextEquals,
      EncryptionContextSubset: constraints.contextSubset,
      SourceArn: constraints.sourceArn,
    },
  };
  holdAgainst('CreateGrantRequest', { KeyId: 'key', ...request }, path, problems);
  return { at: problems.place(path), name, request, ...(id === undefined ? {} : { id }) };
}

/** Holds what will become a request against the constraints that AWS has for it. Its text is left out, since it quotes values. */
function holdAgainst(shape: RequestName, request: object, path: Path, problems: Problems): void {
  if (refusal(() => checkConstraints(shape, readMembers(shape, request))) === undefined) return;
  const operation = shape.slice(0, -'Request'.length);
  const hint = `Look at its texts: the AWS KMS API reference has their forms and lengths under ${operation}.`;
  problems.add(path, `is not what ${operation} takes`, hint);
}

/** What AWS says of a request that it refuses; undefined where it does not. */
function refusal(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof KmsFault) return error.message;
    throw error;
  }
}
