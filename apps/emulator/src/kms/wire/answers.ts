import { type FaultName, type FaultRow, kmsFaults } from '../faults/kms-faults.ts';

/** What goes back to the client, for the host to send. */
export interface KmsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The same body as text, where it was text: the host then has nothing to decode. */
  readonly text?: string;
}

/** An operation's result as JSON; blobs are base64 text by then. */
export type Output = Readonly<Record<string, unknown>>;

/** The media type of AWS JSON 1.1. */
export const awsJson = 'application/x-amz-json-1.1';

const headers = { 'content-type': awsJson, 'cache-control': 'no-cache, no-store, must-revalidate, private' };

/** An answer in JSON. It becomes bytes only where somebody asks for them: Node sends head and body in one piece if both are text. */
class JsonResponse implements KmsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;

  constructor(status: number, headers: Readonly<Record<string, string>>, text: string) {
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  get body(): Uint8Array {
    return Buffer.from(this.text);
  }
}

/** A success. AWS sends no body at all for operations that return nothing. */
export function resultAnswer(output: Output | undefined): KmsResponse {
  return new JsonResponse(200, headers, output === undefined ? '' : JSON.stringify(output));
}

/** An error, without text where there is none. */
export function faultAnswer(name: FaultName, text: string): KmsResponse {
  const { status, textMember }: FaultRow = kmsFaults[name];
  const body = text === '' ? { __type: name } : { __type: name, [textMember]: text };
  return new JsonResponse(status, { ...headers, 'x-amzn-errortype': name }, JSON.stringify(body));
}
