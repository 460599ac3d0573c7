import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';

const application = fileURLToPath(new URL('../clients/by-environment.ts', import.meta.url));
const emptyHome = mkdtempSync(join(tmpdir(), 'keyfold-'));
const environment = {
  HOME: emptyHome,
  AWS_ACCESS_KEY_ID: '333344445555',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'sa-east-1',
};

let kms: EmulatedKms;
beforeAll(async () => {
  kms = await startEmulatedKms();
});
afterAll(async () => {
  rmSync(emptyHome, { recursive: true });
  expect(kms.internalErrors).toEqual([]);
  await kms[Symbol.asyncDispose]();
});

/** Runs the application with these variables and no others. */
async function run(variables: Readonly<Record<string, string>>) {
  const { stdout } = await promisify(execFile)(process.execPath, [application], {
    env: { ...environment, ...variables },
  });
  return JSON.parse(stdout) as { readonly keyArn: string; readonly opened: readonly string[] };
}

describe("an application of AWS's JavaScript clients", () => {
  it.each(['AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL'])(
    'uses the emulator when %s names it, and nothing else does',
    async (variable) => {
      const { keyArn, opened } = await run({ [variable]: kms.url });
      expect(keyArn).toMatch(/^arn:aws:kms:sa-east-1:333344445555:key\//);
      expect(opened).toEqual(['by the SDK', 'by the Encryption SDK']);
    },
  );

  it('goes by the variable of the service before the one of all services', async () => {
    const { keyArn } = await run({ AWS_ENDPOINT_URL_KMS: kms.url, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(keyArn).toMatch(/^arn:aws:kms:sa-east-1:333344445555:key\//);
  });
});
