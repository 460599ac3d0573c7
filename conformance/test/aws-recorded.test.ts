import { evidence } from '@keyfold/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatedKms, startEmulatedKms } from '../src/emulated-kms.ts';
import type { RecordedFile } from '../src/recorded-cases.ts';
import { replayCase, type SendRequest } from '../src/replay-case.ts';
import { waitingFor } from '../src/waiting-for.ts';

const environment = {
  partition: 'aws',
  region: 'us-east-1',
  secondaryRegion: 'ap-southeast-1',
  account: '111122223333',
  principalArn: 'arn:aws:iam::111122223333:root',
};
/** Every one of them. */
const recordedCases = 82;

const file = evidence.oracle('aws-kms-recorded.json');

describe('answers recorded from AWS KMS', () => {
  if (!file.found) {
    it('are not at hand, which is said', () => evidence.missing(file.path));
    return;
  }
  const recorded = file.json() as RecordedFile;
  const waiting = new Map(recorded.cases.map((entry) => [entry, waitingFor(entry)]));
  const ready = recorded.cases.filter((entry) => waiting.get(entry)?.length === 0);

  let kms: EmulatedKms;
  beforeAll(async () => {
    kms = await startEmulatedKms();
  });
  afterAll(async () => {
    for (const [{ name }, needs] of waiting)
      if (needs.length > 0) process.stdout.write(`evidence: waiting: ${name} (needs ${needs.join(', ')})\n`);
    evidence.report('aws-kms-recorded.json', ready.length);
    await kms[Symbol.asyncDispose]();
  });

  const send: SendRequest = async (operation, region, input) => {
    const response = await fetch(kms.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `TrentService.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${environment.account}/20260102/${region}/kms/aws4_request, SignedHeaders=host, Signature=00`,
      },
      body: input,
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  it.each(ready.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    expect(await replayCase(entry, recorded, environment, send)).toEqual([]);
    expect(kms.internalErrors).toEqual([]);
  });

  it('are replayed one and all', () => {
    expect(recorded.cases).toHaveLength(recordedCases);
    expect(ready).toHaveLength(recordedCases);
  });
});
