import { awsJson, type KmsResponse } from '../kms/wire/answers.ts';
import type { SecretsFault } from './faults/secrets-fault.ts';
import { secretsFaults } from './faults/secrets-faults.ts';

/** A refusal as AWS JSON. */
export function secretsFaultAnswer({ fault, message }: SecretsFault): KmsResponse {
  return {
    status: secretsFaults[fault].status,
    headers: { 'content-type': awsJson, 'x-amzn-errortype': fault },
    body: Buffer.from(JSON.stringify({ __type: fault, Message: message })),
  };
}
