import { exact } from '../../aws/support.ts';
import { secretMembers } from '../secrets/secret-members.ts';
import { findAnySecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "DescribeSecret". */
export const describeSecret: Operation = defineOperation(
  'DescribeSecret',
  'DescribeSecretRequest',
  exact,
  async (input, call) => secretMembers(await findAnySecret(input, call), 'VersionIdsToStages'),
);
