import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createCertificateAuthority } from '@keyfold/test-support';
import { expect, it } from 'vitest';
import { testApiKey } from './support/clients.ts';
import { KeyServer } from './support/key-server.ts';

const run = promisify(execFile);

it('the examples of the README run as they stand, one after the other, and give what they say', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  const show =
    'console.log(JSON.stringify([pan, person, stored.ssn.byteLength, stored.keyfold.byteLength, apiKey]))';
  const authority = await createCertificateAuthority();
  const { certPem, keyPem } = await authority.issue({ dnsNames: ['localhost'] });
  await using server = await KeyServer.start({ cert: certPem, key: keyPem });
  const folder = mkdtempSync(join(tmpdir(), 'keyfold-readme-'));
  try {
    const bundle = join(folder, 'ca.pem');
    writeFileSync(bundle, authority.pem);
    const { stdout, stderr } = await run(
      process.execPath,
      [
        '--conditions=@keyfold/source',
        '--input-type=module-typescript',
        '--eval',
        [...examples, show].join('\n'),
      ],
      {
        cwd: fileURLToPath(new URL('..', import.meta.url)),
        env: {
          KEYFOLD_API_KEY: testApiKey,
          KEYFOLD_BASE_URL: server.url.replace('127.0.0.1', 'localhost'),
          KEYFOLD_CA_BUNDLE: bundle,
        },
      },
    );
    expect(examples).toHaveLength(4);
    expect(JSON.parse(stdout)).toEqual([
      '4111 1111 1111 1111',
      { id: 7, ssn: '078-05-1120', bornAt: null, plan: 'pro' },
      41,
      102,
      'kf_application_made-by-the-test',
    ]);
    expect(stderr).toMatch(/^integrity_check_failed /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
