import { awsJson, type KmsResponse } from '../wire/answers.ts';
import { type SignatureRefusal, signatureProblems } from './signature-refusal.ts';

/** AWS KMS API reference, "Common error types": the front end refuses what is not signed well with 403. */
const status = 403;

/** A refusal as AWS JSON. */
export function refusalAnswer({ problem, message }: SignatureRefusal): KmsResponse {
  const { json } = signatureProblems[problem];
  return {
    status,
    headers: {
      'content-type': awsJson,
      'cache-control': 'no-cache, no-store, must-revalidate, private',
      'x-amzn-errortype': json,
    },
    body: Buffer.from(JSON.stringify({ __type: json, message })),
  };
}
