import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeadListener, readRequestHead } from '../src/request-head.ts';
import { requestRouter } from '../src/request-router.ts';

/** Answers with its own name. */
const named =
  (name: string): HeadListener =>
  (_request, response) =>
    void response.end(name);

interface Routed {
  /** Who answers a request. */
  ask(method: string, path: string, headers?: Record<string, string>): Promise<string>;
  /** What was loaded, in order. */
  readonly loads: readonly string[];
  start(): void;
}

type Ask = Routed['ask'];

/** A server on routes. */
async function serve(routes: Parameters<typeof requestRouter>[0]): Promise<Ask> {
  const handler = requestRouter(routes);
  const server = createServer((request, response) => handler(request, response, readRequestHead(request)));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return async (method, path, headers = {}) =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })).text();
}

async function route(isReady: boolean): Promise<Routed> {
  let ready = false;
  const loads: string[] = [];
  const started = Promise.withResolvers<void>();
  const ask = await serve({
    kms: named('kms'),
    secretsManager: named('secrets manager'),
    loadEncryptionApi: async () => {
      loads.push('encryption API');
      await started.promise;
      return named('encryption API');
    },
    isReady: () => ready,
    loadApp: async () => {
      loads.push('control');
      return named('control');
    },
    onError: () => undefined,
  });
  const start = (): void => {
    ready = true;
    started.resolve();
  };
  if (isReady) start();
  return {
    ask,
    loads,
    start,
  };
}

describe('requests', () => {
  const aws = (target: string) => ({ 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' });

  it("go to AWS's services by their target, to the control by their path, and else to the encryption API", async () => {
    const { ask } = await route(true);
    expect(await ask('POST', '/', aws('TrentService.Encrypt'))).toBe('kms');
    expect(await ask('POST', '/', aws('secretsmanager.GetSecretValue'))).toBe('secrets manager');
    expect(await ask('GET', '/_emulator/faults')).toBe('control');
    for (const path of ['/', '/v1/tenants', '/_emulator', '/_EMULATOR/ready', '/v1/_emulator/ready'])
      expect(await ask('GET', path), path).toBe('encryption API');
  });

  it('load what serves them when they are the first, and once; those to AWS and about readiness load nothing', async () => {
    const { ask, loads } = await route(true);
    await ask('POST', '/', aws('TrentService.Encrypt'));
    expect(await ask('GET', '/_emulator/ready')).toBe('{"ready":true}');
    expect(loads).toEqual([]);
    await Promise.all([ask('GET', '/_emulator/faults'), ask('GET', '/_emulator/faults')]);
    expect(loads).toEqual(['control']);
    await Promise.all([ask('GET', '/v1/tenants'), ask('GET', '/v1/tenants')]);
    expect(loads).toEqual(['control', 'encryption API']);
  });

  it('to the encryption API wait until all is there from the start', async () => {
    const { ask, start } = await route(false);
    let answered = false;
    const early = ask('GET', '/v1/tenants').finally(() => {
      answered = true;
    });
    expect(await ask('GET', '/_emulator/ready')).toBe('{"ready":false}');
    expect(await ask('GET', '/_emulator/health')).toBe('{"healthy":true}');
    expect(answered).toBe(false);
    start();
    expect(await early).toBe('encryption API');
  });

  it('have what serves them loaded again where that failed', async () => {
    const errors: unknown[] = [];
    const failure = new Error('not now');
    let attempts = 0;
    const load = async (): Promise<HeadListener> => {
      attempts += 1;
      if (attempts <= 2) throw failure;
      return named('loaded');
    };
    const ask = await serve({
      kms: named('kms'),
      secretsManager: named('secrets manager'),
      loadEncryptionApi: load,
      isReady: () => true,
      loadApp: load,
      onError: (error) => errors.push(error),
    });
    for (const path of ['/v1/tenants', '/_emulator/faults'])
      await expect(ask('GET', path)).rejects.toThrow(TypeError);
    expect(errors).toEqual([failure, failure]);
    for (const path of ['/v1/tenants', '/_emulator/faults', '/v1/tenants'])
      expect(await ask('GET', path)).toBe('loaded');
    expect(attempts).toBe(4);
  });
});
