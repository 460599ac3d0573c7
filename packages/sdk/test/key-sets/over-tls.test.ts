import { createServer } from 'node:http';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import * as overFetch from '../../src/fetch/index.ts';
import { createRemoteKeySet } from '../../src/index.ts';
import { KeyServer } from '../support/key-server.ts';
import { rejection } from '../support/settle.ts';
import { audience, issuer, publishedSet, tokenIssuer } from '../support/token-issuer.ts';

const signer = await tokenIssuer();
const authority = await createCertificateAuthority();
const { certPem: cert, keyPem: key } = await authority.issue({ dnsNames: ['localhost'] });
const expected = { issuer, audience };

async function publisher(body = publishedSet([signer])): Promise<KeyServer> {
  const server = await KeyServer.start({ cert, key });
  server.script.push((_, response) => void response.setHeader('content-type', 'application/json').end(body));
  return server;
}

const urlOf = (server: KeyServer): string => `${server.url.replace('127.0.0.1', 'localhost')}/v1/auth/jwks`;

describe('a key set over the network', () => {
  it('verifies tokens by the keys of a server whose certificate holds', async () => {
    await using server = await publisher();
    await using keys = createRemoteKeySet({ url: urlOf(server), tls: { ca: authority.pem } });
    const { kid, claims } = await keys.verify(await signer.token(Date.now()), expected);
    expect([kid, claims.sub]).toEqual([signer.kid, 'u-17']);
    expect((await keys.keys()).map((published) => published.kid)).toEqual([signer.kid]);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/auth/jwks']);
  });

  it.each([
    ['certificate_issuer_unknown', {}],
    ['pin_mismatch', { ca: authority.pem, pins: [1, 2].map((n) => `sha256/${btoa(String(n).repeat(32))}`) }],
  ])('sends nothing to a server that is not to be trusted: %s', async (code, tls) => {
    await using server = await publisher();
    await using keys = createRemoteKeySet({ url: urlOf(server), tls });
    const error = await rejection(keys.verify(await signer.token(Date.now()), expected));
    expect(error).toMatchObject({ code: 'key_set_unavailable', cause: { code, operation: 'fetchKeySet' } });
    expect([server.connections, server.requests.length]).toEqual([1, 0]);
  });

  it('does not read on after 64 KiB', async () => {
    await using server = await publisher(new Uint8Array(65_537).fill(0x20));
    await using keys = createRemoteKeySet({ url: urlOf(server), tls: { ca: authority.pem } });
    expect(await rejection(keys.keys())).toMatchObject({ cause: { code: 'response_too_large' } });
  });

  it('works over fetch, which refuses what it cannot keep', async () => {
    const server = createServer((_, response) => response.end(publishedSet([signer])));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const url = `http://127.0.0.1:${port}/jwks`;
      await using keys = overFetch.createRemoteKeySet({ url, insecureLoopback: true });
      expect(await keys.verify(await signer.token(Date.now()), expected)).toMatchObject({ kid: signer.kid });
      for (const refused of [{ tls: { ca: authority.pem } }, { maxConnections: 3 }]) {
        expect(() => overFetch.createRemoteKeySet({ url, insecureLoopback: true, ...refused })).toThrow(
          expect.objectContaining({ code: 'option_unsupported' }),
        );
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
