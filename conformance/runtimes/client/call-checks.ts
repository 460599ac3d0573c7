import { isKeyfoldError, type Keyfold, type KeyfoldOptions } from '@keyfold/sdk';
import type { Checks } from '../checks.ts';
import type { SdkModule } from './client-suite.ts';
import type { ClientTarget } from './target.ts';

/** Within which a call ends whose deadline is 300 ms: far beyond any machine's hiccup, far below any wait of a runtime's own. */
const boundMs = 10_000;

/** A failure in one word for each thing that is promised of it. */
async function failureOf(call: () => PromiseLike<unknown>): Promise<string> {
  try {
    await call();
    return 'no error';
  } catch (error) {
    if (!isKeyfoldError(error)) return `${error}`;
    const { code, layer } = error;
    const { attempts, status } = { attempts: undefined, status: undefined, ...error };
    return `${code} in ${layer}, status ${status}, attempts ${attempts}`;
  }
}

/** What the service answers, and what a server does that is none. */
export async function checkCalls(
  checks: Checks,
  { Keyfold }: SdkModule,
  keyfold: Keyfold,
  target: ClientTarget,
): Promise<void> {
  const get = (client: Keyfold) => client.tenants.get(target.tenant);
  const failure = async (options: KeyfoldOptions): Promise<string> => {
    const client = new Keyfold({ apiKey: target.apiKey, insecureLoopback: true, ...options });
    try {
      return await failureOf(() => get(client));
    } finally {
      await client.close();
    }
  };

  await checks.equal('an answer and what is known of it', `200 ${target.tenant} 1`, async () => {
    const { data, response } = await get(keyfold).withResponse();
    return `${response.status} ${data.id} ${response.attempts}`;
  });
  await checks.equal('a list, page by page', 'true', async () => {
    const ids: string[] = [];
    for await (const { id } of keyfold.tenants.list({ limit: 1 })) ids.push(id);
    return ids.includes(target.tenant);
  });
  await checks.equal('a wrong API key', 'api_key_invalid in auth, status 401, attempts 1', () =>
    failure({ apiKey: target.wrongApiKey, baseUrl: target.baseUrl }),
  );
  await checks.equal('a tenant that there is not', 'tenant_not_found in key, status 404, attempts 1', () =>
    failureOf(() => keyfold.tenants.get('nobody')),
  );
  await checks.equal('nobody listens', 'connection_failed in transport, status undefined, attempts 2', () =>
    failure({ baseUrl: target.lostUrl, maxAttempts: 2 }),
  );
  // A page is not told the status of a redirect that it does not follow.
  await checks.equal('a redirect', 'redirect_refused in transport, attempts 1', async () =>
    (await failure({ baseUrl: target.movedUrl })).replace(/, status \w+/, ''),
  );
  if (target.otherOrigin === undefined) return;
  await checks.equal('another origin', 'connection_failed in transport, status undefined, attempts 1', () =>
    failure({ baseUrl: target.otherOrigin ?? '', maxAttempts: 1 }),
  );
}

/** How calls end that nobody answers. */
export async function checkEnds(checks: Checks, { Keyfold }: SdkModule, target: ClientTarget): Promise<void> {
  const { apiKey, silentUrl, tenant } = target;
  const keyfold = new Keyfold({ apiKey, baseUrl: silentUrl, insecureLoopback: true });
  const timeout = 'timeout in transport, status undefined, attempts 1';
  await checks.equal('a deadline where nobody answers', `${timeout}, in time`, async () => {
    const begun = Date.now();
    const failure = await failureOf(() => keyfold.tenants.get(tenant, { timeoutMs: 300 }));
    return `${failure}, ${Date.now() - begun < boundMs ? 'in time' : 'late'}`;
  });
  await checks.fails('a signal that is aborted before', 'call_aborted', () =>
    keyfold.tenants.get(tenant, { signal: AbortSignal.abort() }),
  );
  await checks.fails('a signal that is aborted meanwhile', 'call_aborted', () => {
    const controller = new AbortController();
    const call = keyfold.tenants.get(tenant, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    return call;
  });
  await checks.fails('a signal that ends the wait for a key', 'call_aborted', () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    return keyfold
      .tenant(tenant)
      .service(target.service)
      .encrypt('x', { context: { a: 'b' }, signal: controller.signal });
  });
  await checks.fails('close() while a call is under way', 'client_closed', () => {
    const call = keyfold.tenants.get(tenant);
    setTimeout(() => void keyfold.close(), 50);
    return call;
  });
  await checks.fails('a call after close()', 'client_closed', () => keyfold.tenants.get(tenant));
  await checks.equal('close() again', 'undefined', () => keyfold.close());
}
