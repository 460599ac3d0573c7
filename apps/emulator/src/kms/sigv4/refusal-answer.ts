import { awsJson, type KmsResponse } from '../wire/answers.ts';
import { type SignatureRefusal, signatureProblems } from './signature-refusal.ts';

/**
 * Over AWS JSON the front end refuses what is not signed well as any other error of the client's, and not with the 403 of the other
 * protocols: github.com/aws/aws-sdk-ruby/issues/431 and github.com/disneystreaming/smithy4s/issues/1568 show its answers.
 */
const status = 400;

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
