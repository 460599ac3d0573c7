import { exact } from '../../aws/support.ts';
import { KmsFault } from '../../kms/faults/kms-fault.ts';
import type { Output } from '../../kms/wire/answers.ts';
import { refusal } from '../faults/refusal.ts';
import { SecretsFault } from '../faults/secrets-fault.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { findSecret } from './find-secret.ts';
import { listPage } from './list-secrets.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { readSecretValue } from './read-secret-value.ts';

/** AWS's limit, and what a page has where the request does not say. */
const defaultMaxResults = 20;

/** AWS Secrets Manager API reference, "BatchGetSecretValue": what is wrong with one secret does not keep the others back. */
export const batchGetSecretValue: Operation = defineOperation(
  'BatchGetSecretValue',
  'BatchGetSecretValueRequest',
  exact,
  async (input, call) => {
    call.gate.require({ resource: '*', accountId: call.caller.accountId }, input, call);
    const { ids, end } = await wanted(input, call);
    const SecretValues: Output[] = [];
    const Errors: Output[] = [];
    for (const SecretId of ids) {
      try {
        const secret = await findSecret({ SecretId }, call, 'GetSecretValue');
        SecretValues.push(await readSecretValue(secret, {}, call));
      } catch (error) {
        if (!(error instanceof SecretsFault || error instanceof KmsFault)) throw error;
        Errors.push({ SecretId, ErrorCode: error.fault, Message: error.message });
      }
    }
    return { SecretValues, ...end, Errors };
  },
);

async function wanted(
  input: ShapeValue<'BatchGetSecretValueRequest'>,
  call: Call,
): Promise<{ readonly ids: readonly string[]; readonly end: Output }> {
  const { SecretIdList, Filters, MaxResults, NextToken } = input;
  if ((SecretIdList === undefined) === (Filters === undefined)) throw refusal('batchSelection');
  if (SecretIdList !== undefined) {
    if (MaxResults !== undefined) throw refusal('batchMaxResults');
    if (NextToken !== undefined) throw refusal('invalidNextToken');
    return { ids: SecretIdList, end: {} };
  }
  call.gate.require(
    { resource: '*', accountId: call.caller.accountId, operation: 'ListSecrets' },
    input,
    call,
  );
  const { items, end } = await listPage({ ...input, MaxResults: MaxResults ?? defaultMaxResults }, call);
  return { ids: items.map(({ arn }) => arn), end };
}
