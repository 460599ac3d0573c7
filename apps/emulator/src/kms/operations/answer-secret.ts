import type { Key } from '../keys/key.ts';
import type { Output } from '../wire/answers.ts';
import type { Call } from './operation.ts';
import { noteUse } from './require-usable.ts';

/**
 * The answer of an operation that two sides come to a secret by. AWS's protocol carries it as text, which is the caller's; the bytes
 * are zeroised.
 */
export function answerSecret(key: Key, secret: Uint8Array, members: Output, call: Call): Output {
  const output = {
    ...members,
    KeyId: key.arn,
    SharedSecret: Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength).toString('base64'),
  };
  secret.fill(0);
  noteUse(key, call);
  return output;
}
