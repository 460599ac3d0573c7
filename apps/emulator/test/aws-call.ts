import type { Emulator } from '../src/index.ts';

/** An answer of an AWS service, read as a client reads it. */
export interface AwsAnswer {
  readonly status: number;
  readonly error: string | undefined;
  readonly message: string | undefined;
  readonly output: Readonly<Record<string, unknown>>;
}

export interface Sender {
  /** An access key id; one of twelve digits is the account. */
  readonly accessKeyId?: string;
  readonly region?: string;
}

const prefixes = { kms: 'TrentService', secretsmanager: 'secretsmanager' } as const;

/** Asks a service of the emulator's, over HTTP, as an AWS client does but for the signature. */
export async function callAws(
  emulator: Pick<Emulator, 'url'>,
  operation: string,
  input: object = {},
  sender: Sender = {},
  service: keyof typeof prefixes = 'kms',
): Promise<AwsAnswer> {
  const { accessKeyId = '000000000000', region = 'us-east-1' } = sender;
  const scope = `${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  const response = await fetch(emulator.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${prefixes[service]}.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`,
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  const output: Record<string, unknown> = JSON.parse(text === '' ? '{}' : text);
  const { __type: error, message, Message = message } = output;
  return {
    status: response.status,
    error: typeof error === 'string' ? error : undefined,
    message: typeof Message === 'string' ? Message : undefined,
    output,
  };
}

/** A member of an answer that is a text. */
export function text({ output }: AwsAnswer, member: string): string {
  const value = output[member];
  if (typeof value !== 'string') throw new Error(`There is no ${member}: ${JSON.stringify(output)}`);
  return value;
}

/** Makes a key; its ARN. */
export async function createKey(
  emulator: Pick<Emulator, 'url'>,
  input: object = {},
  sender?: Sender,
): Promise<string> {
  const { output } = await callAws(emulator, 'CreateKey', input, sender);
  const { Arn }: { Arn?: string } = Object(output['KeyMetadata']);
  if (Arn === undefined) throw new Error(`There is no key: ${JSON.stringify(output)}`);
  return Arn;
}

/** The ids of an account's keys in a region. */
export async function keyIds(emulator: Pick<Emulator, 'url'>, sender?: Sender): Promise<readonly string[]> {
  const { output } = await callAws(emulator, 'ListKeys', { Limit: 1000 }, sender);
  const keys: readonly { readonly KeyId: string }[] = Object(output['Keys']);
  return keys.map(({ KeyId }) => KeyId);
}

export const base64 = (plain: string): string => Buffer.from(plain).toString('base64');
