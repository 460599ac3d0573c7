import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { awsJson } from './kms/wire/answers.ts';
import { once } from './once.ts';
import { type HeadListener, type RequestHead, readRequestHead } from './request-head.ts';

/** Where requests go. */
export interface Routes {
  /** Requests in AWS JSON, and all that name an operation of no service. */
  readonly kms: HeadListener;
  readonly secretsManager: HeadListener;
  /** Whether everything that is there from the start is there. */
  readonly isReady: () => boolean;
  /** Loads what serves the encryption API, once everything is there from the start. */
  readonly loadEncryptionApi: () => Promise<HeadListener>;
  /** Loads what serves the emulator's own routes. */
  readonly loadApp: () => Promise<RequestListener>;
  /** Told of what keeps one of them from being loaded. */
  readonly onError: (error: unknown) => void;
}

/** What AWS's clients call Secrets Manager on the wire. It is repeated here, since the service is loaded when it is first asked. */
const secretsManagerPrefix = 'secretsmanager.';

function isSecretsManager({ target }: RequestHead): boolean {
  return target?.startsWith(secretsManagerPrefix) === true;
}

/** A request in AWS JSON, whichever service and operation it names, if any. A presigned request has its signature in the query. */
function isAws({ method, url = '' }: IncomingMessage, { target, contentType }: RequestHead): boolean {
  return (
    method === 'POST' &&
    (url === '/' || url.startsWith('/?')) &&
    (target !== undefined || contentType?.startsWith(awsJson) === true)
  );
}

/** Where the emulator's own routes are. All that is neither there nor AWS's is the encryption API's. */
const controlPrefix = '/_emulator/';

/** Answered without anything being loaded: who waits for the emulator asks them again and again. */
const quickPaths: Readonly<Record<string, (ready: boolean) => { status: number; body: object }>> = {
  '/_emulator/ready': (ready) => ({ status: ready ? 200 : 503, body: { ready } }),
  '/_emulator/health': () => ({ status: 200, body: { healthy: true } }),
};

/**
 * Sends each request to what serves it. What serves the encryption API and the emulator's own routes is loaded when it is first asked:
 * it takes longer than all else at the start, and half as much memory.
 */
export function requestRouter({
  kms,
  secretsManager,
  loadEncryptionApi,
  isReady,
  loadApp,
  onError,
}: Routes): HeadListener {
  const encryptionApi = loadedWhenAsked(loadEncryptionApi, onError);
  const app = loadedWhenAsked(loadApp, onError);
  return (request, response, head = readRequestHead(request)) => {
    if (isAws(request, head))
      return void (isSecretsManager(head) ? secretsManager : kms)(request, response, head);
    if (request.url?.startsWith(controlPrefix) !== true) return encryptionApi(request, response, head);
    const quick = request.method === 'GET' ? quickAnswer(request.url ?? '', isReady()) : undefined;
    if (quick !== undefined) return sendJson(response, quick.status, quick.body);
    app(request, response, head);
  };
}

/**
 * A listener in whose place another one is loaded at the first request. Requests wait for it; where it cannot be had they are broken
 * off, and the next one has it loaded again.
 */
function loadedWhenAsked(load: () => Promise<HeadListener>, onError: (error: unknown) => void): HeadListener {
  let loaded: HeadListener | undefined;
  const loadedOnce = once(load);
  return (request, response, head) => {
    if (loaded !== undefined) return loaded(request, response, head);
    loadedOnce().then(
      (listener) => {
        loaded = listener;
        listener(request, response, head);
      },
      (error: unknown) => {
        response.destroy();
        onError(error);
      },
    );
  };
}

function quickAnswer(url: string, ready: boolean): { status: number; body: object } | undefined {
  return Object.hasOwn(quickPaths, url) ? quickPaths[url]?.(ready) : undefined;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
