import { exact } from '../../aws/support.ts';
import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import { isPublic, readResourcePolicy } from '../policy/resource-policy.ts';
import type { Secret } from '../secrets/secret-record.ts';
import { changeSecret } from './change-secret.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

const aboutPublicPolicies =
  'Whether a policy is public is decided by its principals: a statement that allows everybody without any condition. AWS reasons about conditions too.';

/** AWS Secrets Manager API reference, "PutResourcePolicy". */
export const putResourcePolicy: Operation = defineOperation(
  'PutResourcePolicy',
  'PutResourcePolicyRequest',
  { support: 'simulated', note: aboutPublicPolicies },
  async (input, call) => {
    const found = await findSecret(input, call);
    const document = readResourcePolicy(input.ResourcePolicy);
    if (input.BlockPublicPolicy === true && isPublic(document)) throw refusal('publicPolicy');
    await changeSecret(found, call, ({ record }) => ({
      record: { ...record, policy: input.ResourcePolicy },
    }));
    return named(found);
  },
);

/** AWS Secrets Manager API reference, "GetResourcePolicy". */
export const getResourcePolicy: Operation = defineOperation(
  'GetResourcePolicy',
  'GetResourcePolicyRequest',
  exact,
  async (input, call) => {
    const found = await findSecret(input, call);
    const { policy } = found.record;
    return { ...named(found), ...(policy === undefined ? {} : { ResourcePolicy: policy }) };
  },
);

/** AWS Secrets Manager API reference, "DeleteResourcePolicy": a secret without a policy stays as it is. */
export const deleteResourcePolicy: Operation = defineOperation(
  'DeleteResourcePolicy',
  'DeleteResourcePolicyRequest',
  exact,
  async (input, call) => {
    const found = await findSecret(input, call);
    await changeSecret(found, call, ({ record: { policy, ...record } }) =>
      policy === undefined ? undefined : { record },
    );
    return named(found);
  },
);

/** AWS Secrets Manager API reference, "ValidateResourcePolicy". */
export const validateResourcePolicy: Operation = defineOperation(
  'ValidateResourcePolicy',
  'ValidateResourcePolicyRequest',
  {
    support: 'simulated',
    note: `${aboutPublicPolicies} Whether the policy would lock its author out is not looked at.`,
  },
  async ({ ResourcePolicy, SecretId }, call) => {
    if (SecretId === undefined)
      call.gate.require({ resource: '*', accountId: call.caller.accountId }, { ResourcePolicy }, call);
    else await findSecret({ SecretId, ResourcePolicy }, call);
    if (!isPublic(readResourcePolicy(ResourcePolicy)))
      return { PolicyValidationPassed: true, ValidationErrors: [] };
    return {
      PolicyValidationPassed: false,
      ValidationErrors: [
        {
          CheckName: 'PUBLIC_POLICY',
          ErrorMessage: 'The resource policy allows broad access to the secret.',
        },
      ],
    };
  },
);

function named({ arn, address }: Secret): Output {
  return { ARN: arn, Name: address.name };
}
