import { type FaultName, type FaultRow, kmsFaults } from '../faults/kms-faults.ts';

/** What goes back to the client, for the host to send. */
export interface KmsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An operation's result as JSON; blobs are base64 text by then. */
export type Output = Readonly<Record<string, unknown>>;

/** The media type of AWS JSON 1.1. */
export const awsJson = 'application/x-amz-json-1.1';

const headers = { 'content-type': awsJson, 'cache-control': 'no-cache, no-store, must-revalidate, private' };
const emptyBody = new Uint8Array();

/** A success. AWS sends no body at all for operations that return nothing. */
export function resultAnswer(output: Output | undefined): KmsResponse {
  return {
    status: 200,
    headers,
    body: output === undefined ? emptyBody : Buffer.from(JSON.stringify(output)),
  };
}

/** An error, without text where there is none. */
export function faultAnswer(name: FaultName, text: string): KmsResponse {
  const { status, textMember }: FaultRow = kmsFaults[name];
  const body = text === '' ? { __type: name } : { __type: name, [textMember]: text };
  return {
    status,
    headers: { ...headers, 'x-amzn-errortype': name },
    body: Buffer.from(JSON.stringify(body)),
  };
}
