import { createHmac } from 'node:crypto';
import type { SecretBytes } from '@keyfold/crypto-core';
import type { IdentityOptions } from './kms/policy/identity-registry.ts';

/** What AWS's clients of JavaScript are made with. */
export interface AwsAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const region = 'us-east-1';
const accountId = '000000000000';

/** The root user of the account that keys of the start are in, for where signatures count. */
export function developmentIdentity(platformRoot: SecretBytes): IdentityOptions {
  // They follow from the state's own key, and so are the same at the next start on it.
  const derived = (label: string): Buffer =>
    createHmac('sha256', platformRoot.reveal()).update(`keyfold/v1/emulator/${label}`).digest();
  // As long as one of AWS's, and not to be taken for one.
  const accessKeyId = `KEYFOLD${derived('access-key-id').toString('hex').slice(0, 13).toUpperCase()}`;
  const secretAccessKey = derived('secret-access-key').toString('base64url');
  return { arn: `arn:aws:iam::${accountId}:root`, accessKeys: [{ accessKeyId, secretAccessKey }] };
}

/**
 * @param identity - whose credentials they are; undefined where any are taken: then the account's number is the access key id.
 */
export function awsAccess(endpoint: string, identity: IdentityOptions | undefined): AwsAccess {
  const [key = { accessKeyId: accountId, secretAccessKey: 'emulator' }] = identity?.accessKeys ?? [];
  const { accessKeyId, secretAccessKey } = key;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
}
