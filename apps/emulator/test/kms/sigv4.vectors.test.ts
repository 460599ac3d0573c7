import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { evidence } from '@keyfold/test-support';
import { afterAll, describe, expect, it } from 'vitest';
import { canonicalRequest } from '../../src/kms/sigv4/canonical-request.ts';
import { signatureOf, stringToSign } from '../../src/kms/sigv4/signature.ts';
import { readSignatureClaim } from '../../src/kms/sigv4/signature-claim.ts';
import type { SignedRequest } from '../../src/kms/sigv4/signed-request.ts';
import { verifySignature } from '../../src/kms/sigv4/verify-signature.ts';

interface Context {
  readonly credentials: {
    readonly access_key_id: string;
    readonly secret_access_key: string;
    readonly token?: string;
  };
  readonly normalize: boolean;
  readonly region: string;
  readonly service: string;
  readonly timestamp: string;
}

const folder = 'aws-sigv4/v4';
const anchor = evidence.vectors(`${folder}/get-vanilla/context.json`);

describe('the published vectors of Signature Version 4', () => {
  if (!anchor.found) {
    it('are not at hand, which is said', () => evidence.missing(anchor.path));
    return;
  }
  const names = readdirSync(dirname(dirname(anchor.path)));
  let ran = 0;
  afterAll(() => evidence.report('aws-sigv4', ran));
  const cases = names.flatMap((name) => (['header', 'query'] as const).map((kind) => [name, kind] as const));

  it.each(cases)('%s, signed in the %s', (name, kind) => {
    const context = JSON.parse(text(name, 'context.json')) as Context;
    const request = parseRequest(text(name, `${kind}-signed-request.txt`));
    const claim = readSignatureClaim(request);
    const canonical = canonicalRequest(request, {
      signedHeaders: claim.signedHeaders,
      normalizePath: context.normalize,
    });
    expect(canonical).toBe(text(name, `${kind}-canonical-request.txt`));
    const toSign = stringToSign(claim.timestamp, claim.scope, canonical);
    expect(toSign).toBe(text(name, `${kind}-string-to-sign.txt`));
    const { access_key_id, secret_access_key, token } = context.credentials;
    expect(signatureOf({ secretAccessKey: secret_access_key }, claim.scope, toSign)).toBe(
      text(name, `${kind}-signature.txt`),
    );

    const credentials = {
      accessKeyId: access_key_id,
      secretAccessKey: secret_access_key,
      ...(token === undefined ? {} : { sessionToken: token }),
    };
    const verified = verifySignature(request, {
      credentialsOf: (id) => (id === access_key_id ? credentials : undefined),
      nowMs: Date.parse(context.timestamp),
      service: context.service,
      region: context.region,
      normalizePath: context.normalize,
    });
    expect(verified.credentials).toBe(credentials);
    ran++;
  });
});

function text(name: string, file: string): string {
  const found = evidence.vectors(`${folder}/${name}/${file}`);
  if (!found.found) throw new Error(`${found.path} is not there.`);
  return found.text;
}

/** Head and body; the vectors' targets hold spaces and characters beyond ASCII as they are. */
function parseRequest(whole: string): SignedRequest {
  const [head = '', ...rest] = whole.replaceAll('\r\n', '\n').split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const end = first.lastIndexOf(' HTTP/1.1');
  const space = first.indexOf(' ');
  return {
    method: first.slice(0, space),
    target: first.slice(space + 1, end),
    headers: lines
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
    body: Buffer.from(rest.join('\n\n').replace(/^\n+$/, '')),
  };
}
