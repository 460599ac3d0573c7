import { exact } from '../../aws/support.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readSecretValue } from './read-secret-value.ts';

/** AWS Secrets Manager API reference, "GetSecretValue". */
export const getSecretValue: Operation = defineOperation(
  'GetSecretValue',
  'GetSecretValueRequest',
  exact,
  async (input, call) => readSecretValue(await findSecret(input, call), input, call),
);
