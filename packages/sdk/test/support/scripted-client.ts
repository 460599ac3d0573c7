import { type ApiErrorCode, apiErrorOf, mediaTypes } from '@keyfold/protocol';
import { ApiClient, type ApiClientOptions } from '../../src/api-client.ts';
import { defaultRetryPolicy } from '../../src/calls/retry-policy.ts';
import type { TransportRequest, TransportResponse } from '../../src/transport/transport.ts';
import { ConnectionError } from '../../src/transport/transport-errors.ts';
import { testApiKey } from './clients.ts';
import { FakeTime } from './fake-time.ts';

/** Answers one attempt. */
export type Reply = (request: TransportRequest) => TransportResponse | Promise<TransportResponse>;

/** A client whose server is a list of replies, and whose time and chance are the test's. */
export interface ScriptedClient {
  readonly client: ApiClient;
  readonly time: FakeTime;
  /** What was sent. */
  readonly sent: TransportRequest[];
  /** The next replies, one for each attempt; the last one is repeated. */
  readonly replies: Reply[];
}

export function scriptedClient(
  replies: readonly Reply[],
  options: Partial<ApiClientOptions> & { readonly time?: FakeTime } = {},
): ScriptedClient {
  const { time = new FakeTime({ automatic: true }), ...rest } = options;
  const sent: TransportRequest[] = [];
  const left = [...replies];
  const client = new ApiClient({
    transport: {
      send: async (request) => {
        sent.push(request);
        const reply = left.length > 1 ? left.shift() : left[0];
        if (reply === undefined) throw new Error('The script is empty.');
        return await reply(request);
      },
      close: async () => undefined,
    },
    pathPrefix: '',
    apiKey: testApiKey,
    timeoutMs: 30_000,
    retryPolicy: defaultRetryPolicy,
    clock: time,
    timers: time,
    random: () => 0.5,
    ...rest,
  });
  return { client, time, sent, replies: left };
}

export function response(
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): TransportResponse {
  const all: Record<string, string> = {
    'content-type': mediaTypes.json,
    'x-request-id': 'req-42',
    ...headers,
  };
  return { status, header: (name) => all[name], body: new TextEncoder().encode(JSON.stringify(json)) };
}

/** The simplest success. */
export const ok: Reply = () => response(200, { id: 'acme', root: { provider: 'static', keyId: 'root' } });

/** A refusal by the service. */
export function refusal(code: ApiErrorCode, headers: Readonly<Record<string, string>> = {}): Reply {
  const { status, message, hint } = apiErrorOf(code);
  return () => response(status, { error: { code, message, hint } }, headers);
}

/** A proxy's own answer. */
export const plain =
  (status: number): Reply =>
  () => ({ ...response(status, 'x', { 'content-type': 'text/html' }), status });

/** A server that is not there. */
export const down: Reply = ({ call }) => {
  throw new ConnectionError('No.', call);
};

/** An attempt that is never answered, and ends when it is aborted. */
export const silent: Reply = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
