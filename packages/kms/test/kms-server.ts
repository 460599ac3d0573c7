import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What the server does with a request instead of answering it properly. */
export type Misbehaviour =
  | { readonly error: string; readonly status?: number }
  | { readonly body: string; readonly status: number }
  | { readonly keyId: string | null }
  | 'reset'
  | 'silence';

/** A request as it came: the operation, and its JSON. */
export interface SeenRequest {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

export interface KmsServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** For every request from now on. */
  misbehaviour: Misbehaviour | undefined;
  /** What DescribeKey says. */
  keyState: string;
}

/** Just enough of AWS KMS (AWS JSON 1.1) for one symmetric key, on a port of its own, until the test is over. */
export async function startKmsServer(): Promise<KmsServer> {
  const key = randomBytes(32);
  const state: Omit<KmsServer, 'url'> = { requests: [], misbehaviour: undefined, keyState: 'Enabled' };
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    const body: Record<string, unknown> = JSON.parse(await textOf(request));
    state.requests.push({ operation, body, headers: request.headers });
    const { misbehaviour } = state;
    if (misbehaviour === 'silence') return;
    if (misbehaviour === 'reset') return void request.socket.resetAndDestroy();
    if (misbehaviour !== undefined && 'error' in misbehaviour) {
      return refuse(response, misbehaviour.error, misbehaviour.status ?? 400);
    }
    if (misbehaviour !== undefined && 'body' in misbehaviour) {
      return void response.writeHead(misbehaviour.status).end(misbehaviour.body);
    }
    const answer = operations[operation]?.(key, body, state.keyState);
    if (answer === undefined) return refuse(response, 'InvalidCiphertextException', 400);
    if (misbehaviour !== undefined) answer['KeyId'] = misbehaviour.keyId;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return Object.assign(state, { url: `http://127.0.0.1:${address.port}` });
}

type Operation = (
  key: Buffer,
  body: Record<string, unknown>,
  keyState: string,
) => Record<string, unknown> | undefined;

/** undefined where AWS says InvalidCiphertextException. */
const operations: Readonly<Record<string, Operation>> = {
  Encrypt(key, body) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aadOf(body));
    const sealed = cipher.update(String(body['Plaintext']), 'base64');
    const blob = Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]);
    return {
      KeyId: keyArn,
      CiphertextBlob: blob.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },

  Decrypt(key, body) {
    const blob = Buffer.from(String(body['CiphertextBlob']), 'base64');
    if (blob.byteLength < 28) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(aadOf(body)).setAuthTag(blob.subarray(-16));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
      return {
        KeyId: keyArn,
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    } catch {
      return undefined;
    }
  },

  DescribeKey: (_key, _body, keyState) => ({
    KeyMetadata: { KeyId: keyArn, Arn: keyArn, KeyState: keyState, Enabled: keyState === 'Enabled' },
  }),
};

function aadOf(body: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(body['EncryptionContext'] ?? {}).sort()));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(response: ServerResponse, error: string, status: number): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error });
  response.end(JSON.stringify({ __type: error, message: `The server was told to answer ${error}.` }));
}
