import type { Checks } from '../checks.ts';
import type { SdkModule } from './client-suite.ts';
import { type ClientTarget, tokenExpectations } from './target.ts';

/** Tokens, verified by a key set that is fetched. */
export async function checkTokens(
  checks: Checks,
  { createRemoteKeySet }: SdkModule,
  { keySetUrl, silentUrl, token }: ClientTarget,
): Promise<void> {
  const insecureLoopback = true;
  const keys = createRemoteKeySet({ url: keySetUrl, insecureLoopback });
  await checks.equal('a token is verified', 'u-17', async () => {
    const { claims } = await keys.verify(token, tokenExpectations);
    return claims.sub;
  });
  await checks.fails('a token that was changed', 'token_invalid', () =>
    keys.verify(`${token.slice(0, -8)}AAAAAAAA`, tokenExpectations),
  );
  await keys.close();
  await checks.fails('a token after close()', 'client_closed', () => keys.verify(token, tokenExpectations));

  const silent = createRemoteKeySet({ url: `${silentUrl}/jwks`, insecureLoopback, timeoutMs: 300 });
  const signal = AbortSignal.timeout(50);
  await checks.fails('a signal that ends the wait for a key set', 'call_aborted', () =>
    silent.keys({ signal }),
  );
  await checks.fails('a key set that does not come in time', 'key_set_unavailable', () => silent.keys());
  await silent.close();

  await checks.fails('proxy is refused for a key set', 'option_unsupported', () =>
    createRemoteKeySet({ url: 'https://login.example/jwks', proxy: 'http://127.0.0.1:3128' }),
  );
}
