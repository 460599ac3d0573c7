import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCertificateAuthority } from '@keyfold/test-support';
import { expect, it } from 'vitest';
import { KeyServer } from '../support/key-server.ts';
import { publishedSet, tokenIssuer } from '../support/token-issuer.ts';

const run = promisify(execFile);

it('the example of the page about tokens runs, and says who sent a good token', async () => {
  const page = readFileSync(new URL('../../../../docs/sdk/tokens.md', import.meta.url), 'utf8');
  const [, example = ''] = /^```ts\n(.*?)^```/ms.exec(page) ?? [];
  const [signer, stranger] = [await tokenIssuer(), await tokenIssuer()];
  const tokens = [await signer.token(Date.now()), await stranger.token(Date.now())];
  const authority = await createCertificateAuthority();
  const { certPem, keyPem } = await authority.issue({ dnsNames: ['localhost'] });
  await using server = await KeyServer.start({ cert: certPem, key: keyPem });
  server.script.push((_, response) => void response.end(publishedSet([signer])));
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-tokens-'));
  try {
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, authority.pem);
    const local = example.replace(
      "url: 'https://login.example",
      `url: '${server.url.replace('127.0.0.1', 'localhost')}`,
    );
    expect(local).not.toBe(example);
    const shown = `const users = await Promise.all(${JSON.stringify(tokens)}.map(userOf));`;
    const { stdout, stderr } = await run(
      process.execPath,
      [
        '--conditions=@keyfold/source',
        '--input-type=module-typescript',
        '--eval',
        [local, shown, 'console.log(users);', 'await keys.close();'].join('\n'),
      ],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { KEYFOLD_CA_BUNDLE: bundle } },
    );
    expect([stdout.trim(), stderr]).toEqual(["[ 'u-17', undefined ]", '']);
    expect(server.requests).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
