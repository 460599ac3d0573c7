import { exact } from '../../aws/support.ts';
import type { Output } from '../../kms/wire/answers.ts';
import { pageOf } from '../secrets/page-token.ts';
import { toSeconds } from '../secrets/secret-members.ts';
import type { VersionRecord } from '../secrets/secret-record.ts';
import { shownKey } from '../secrets/value-vault.ts';
import { findAnySecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS's limit, and what a page has where the request does not say. */
const defaultMaxResults = 100;

/** AWS Secrets Manager API reference, "ListSecretVersionIds": in the order in which the versions were made. */
export const listSecretVersionIds: Operation = defineOperation(
  'ListSecretVersionIds',
  'ListSecretVersionIdsRequest',
  exact,
  async (input, call) => {
    const { arn, address, record } = await findAnySecret(input, call);
    const versions = record.versions.filter(
      ({ stages }) => input.IncludeDeprecated === true || stages.length > 0,
    );
    const { items, end } = pageOf(versions, ({ createdAtMs, id }) => [createdAtMs, id], {
      list: call.caller.operation,
      limit: input.MaxResults ?? defaultMaxResults,
      token: input.NextToken,
    });
    return { Versions: items.map(versionEntry), ...end, ARN: arn, Name: address.name };
  },
);

function versionEntry({ id, stages, accessedOnMs, createdAtMs, kmsKey }: VersionRecord): Output {
  return {
    VersionId: id,
    ...(stages.length === 0 ? {} : { VersionStages: stages }),
    ...(accessedOnMs === undefined ? {} : { LastAccessedDate: toSeconds(accessedOnMs) }),
    CreatedDate: toSeconds(createdAtMs),
    ...(kmsKey === undefined ? {} : { KmsKeyIds: [shownKey(kmsKey)] }),
  };
}
