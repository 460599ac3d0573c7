import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryStore } from '@keyfold/key-hierarchy/memory-store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKms } from '../../src/kms/kms.ts';
import { isKmsRequest, kmsHttpHandler } from '../../src/kms/kms-http-handler.ts';
import { createIdentityRegistry } from '../../src/kms/policy/identity-registry.ts';
import { canonicalRequest } from '../../src/kms/sigv4/canonical-request.ts';
import { signatureOf, stringToSign } from '../../src/kms/sigv4/signature.ts';
import { writeTimestamp } from '../../src/kms/sigv4/signature-claim.ts';
import { SignatureRefusal } from '../../src/kms/sigv4/signature-refusal.ts';
import type { SignedRequest } from '../../src/kms/sigv4/signed-request.ts';
import { type SigningCredentials, verifySignature } from '../../src/kms/sigv4/verify-signature.ts';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const longTerm: SigningCredentials = { accessKeyId: 'AKIALONG', secretAccessKey: 'long-term secret' };
const temporary = {
  accessKeyId: 'ASIATEMP',
  secretAccessKey: 'temporary secret',
  sessionToken: 'the token',
  expiresAtMs: nowMs + 3_600_000,
};
const known: readonly SigningCredentials[] = [longTerm, temporary];

interface SignOptions {
  readonly credentials?: SigningCredentials;
  readonly atMs?: number;
  readonly scope?: { readonly date?: string; readonly region?: string; readonly service?: string };
  readonly signedHeaders?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
  /** Default: X-Amz-Date. */
  readonly dates?: (timestamp: string) => readonly (readonly [string, string])[];
  readonly target?: string;
  readonly body?: string;
}

/** Signs as a client does. */
function sign(options: SignOptions = {}): SignedRequest {
  const { credentials = longTerm, atMs = nowMs, target = '/', body = '{}' } = options;
  const timestamp = writeTimestamp(atMs);
  const scope = { date: timestamp.slice(0, 8), region: 'eu-central-1', service: 'kms', ...options.scope };
  const headers: (readonly [string, string])[] = [
    ['Host', 'localhost:5390'],
    ['Content-Type', 'application/x-amz-json-1.1'],
    ['X-Amz-Target', 'TrentService.ListKeys'],
    ...(options.dates?.(timestamp) ?? [['X-Amz-Date', timestamp] as const]),
    ...(credentials.sessionToken === undefined
      ? []
      : [['X-Amz-Security-Token', credentials.sessionToken] as const]),
    ...(options.headers ?? []),
  ];
  const signedHeaders =
    options.signedHeaders ?? [...new Set(headers.map(([name]) => name.toLowerCase()))].sort();
  const unsigned: SignedRequest = { method: 'POST', target, headers, body: Buffer.from(body) };
  const canonical = canonicalRequest(unsigned, { signedHeaders, normalizePath: true });
  const signature = signatureOf(credentials, scope, stringToSign(timestamp, scope, canonical));
  const credential = `${credentials.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  return {
    ...unsigned,
    headers: [
      ...headers,
      [
        'Authorization',
        `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
      ],
    ],
  };
}

/** Presigns: everything but the host is in the query. */
function presign({
  atMs = nowMs,
  expires = '60',
  credentials = longTerm,
  token = credentials.sessionToken,
}: {
  readonly atMs?: number;
  readonly expires?: string;
  readonly credentials?: SigningCredentials;
  readonly token?: string | undefined;
} = {}): SignedRequest {
  const timestamp = writeTimestamp(atMs);
  const scope = { date: timestamp.slice(0, 8), region: 'eu-central-1', service: 'kms' };
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope.date}/${scope.region}/kms/aws4_request`,
    'X-Amz-Date': timestamp,
    'X-Amz-Expires': expires,
    'X-Amz-SignedHeaders': 'host',
    ...(token === undefined ? {} : { 'X-Amz-Security-Token': token }),
  })
    .toString()
    .replaceAll('+', '%20');
  const unsigned: SignedRequest = {
    method: 'POST',
    target: `/?${query}`,
    headers: [['Host', 'localhost:5390']],
    body: Buffer.from('{}'),
  };
  const canonical = canonicalRequest(unsigned, { signedHeaders: ['host'], normalizePath: true });
  const signature = signatureOf(credentials, scope, stringToSign(timestamp, scope, canonical));
  return { ...unsigned, target: `${unsigned.target}&X-Amz-Signature=${signature}` };
}

function verify(request: SignedRequest, atMs = nowMs, region?: string): string {
  try {
    verifySignature(request, {
      credentialsOf: (id) => known.find(({ accessKeyId }) => accessKeyId === id),
      nowMs: atMs,
      service: 'kms',
      ...(region === undefined ? {} : { region }),
    });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    return `${error.problem}: ${error.message}`;
  }
}

/** The same request with one header changed, or without it. */
function withHeader(
  request: SignedRequest,
  name: string,
  change: (value: string) => string | undefined,
): SignedRequest {
  return {
    ...request,
    headers: request.headers.flatMap(([header, value]): readonly (readonly [string, string])[] => {
      if (header !== name) return [[header, value]];
      const changed = change(value);
      return changed === undefined ? [] : [[header, changed]];
    }),
  };
}

const mismatch = /^mismatch: The request signature we calculated does not match/;
const minute = 60_000;

describe('a signature in the header', () => {
  it('is accepted as it was made, with and without a session token', () => {
    expect(verify(sign())).toBe('accepted');
    expect(verify(sign({ credentials: temporary }))).toBe('accepted');
    expect(verify(sign(), nowMs, 'eu-central-1')).toBe('accepted');
  });

  it.each([
    ['with another secret', () => sign({ credentials: { ...longTerm, secretAccessKey: 'another' } })],
    ['with another body', () => ({ ...sign(), body: Buffer.from('{ }') })],
    ['with another path', () => ({ ...sign(), target: '/x' })],
    ['with a query that was not signed', () => ({ ...sign(), target: '/?a=1' })],
    ['with another method', () => ({ ...sign(), method: 'PUT' })],
    ['for another host', () => withHeader(sign(), 'Host', () => 'evil.example')],
    ['for another operation', () => withHeader(sign(), 'X-Amz-Target', () => 'TrentService.Decrypt')],
    ['with a path that was encoded twice', () => ({ ...sign({ target: '/a%20b' }), target: '/a%2520b' })],
    [
      'with a header line more',
      () => ({ ...sign(), headers: [...sign().headers, ['X-Amz-Target', 'x'] as const] }),
    ],
    ['with its signature cut', () => withHeader(sign(), 'Authorization', (value) => value.slice(0, -1))],
    [
      'with header names in another order',
      () =>
        withHeader(sign(), 'Authorization', (value) =>
          value.replace('content-type;host', 'host;content-type'),
        ),
    ],
    [
      'with header names in another order that was signed so',
      () => sign({ signedHeaders: ['x-amz-target', 'x-amz-date', 'host'] }),
    ],
    [
      'with the name of a header that is not there',
      () => sign({ signedHeaders: ['absent', 'host', 'x-amz-date', 'x-amz-target'] }),
    ],
  ])('is refused %s', (_, request) => {
    expect(verify(request())).toMatch(mismatch);
  });

  it('must cover the host and every x-amz- header', () => {
    expect(verify(sign({ signedHeaders: ['x-amz-date', 'x-amz-target'] }))).toBe(
      "mismatch: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
    const unsigned = 'mismatch: There were headers present in the request which were not signed';
    expect(verify(sign({ signedHeaders: ['host', 'x-amz-date'] }))).toBe(unsigned);
    const added = sign();
    expect(verify({ ...added, headers: [...added.headers, ['X-Amz-Extra', '1']] })).toBe(unsigned);
  });

  it('has its time in X-Amz-Date or, where there is none, in Date: in the same format', () => {
    const inDate = sign({ dates: (timestamp) => [['Date', timestamp]] });
    expect(verify(inDate)).toBe('accepted');
    expect(verify(withHeader(inDate, 'Date', () => '20260102T030406Z'))).toMatch(mismatch);
    expect(verify(inDate, nowMs + 6 * minute)).toMatch(/^mismatch: Signature expired: /);
    const other = new Date(nowMs - 60 * minute).toUTCString();
    const inBoth = sign({
      dates: (timestamp) => [
        ['Date', other],
        ['X-Amz-Date', timestamp],
      ],
    });
    expect(verify(inBoth)).toBe('accepted');
    expect(verify(sign({ dates: () => [['Date', new Date(nowMs).toUTCString()]] }))).toBe(
      "incomplete: Date must be in ISO-8601 'basic format'. Got 'Fri, 02 Jan 2026 03:04:05 GMT'. See http://en.wikipedia.org/wiki/ISO_8601",
    );
    for (const dates of [[], ['a', 'b']])
      expect(verify(sign({ dates: (timestamp) => dates.map(() => ['Date', timestamp]) }))).toBe(
        "incomplete: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
      );
  });

  it('is good for five minutes either way, to the second', () => {
    expect(verify(sign({ atMs: nowMs - 5 * minute }))).toBe('accepted');
    expect(verify(sign({ atMs: nowMs + 5 * minute }))).toBe('accepted');
    expect(verify(sign({ atMs: nowMs - 5 * minute - 1000 }))).toBe(
      'mismatch: Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)',
    );
    expect(verify(sign({ atMs: nowMs + 5 * minute + 1000 }))).toBe(
      'mismatch: Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)',
    );
  });

  it('must be scoped to its own date, a region and the service', () => {
    expect(verify(sign({ scope: { date: '20260101' } }))).toBe(
      "mismatch: Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T030405Z'.",
    );
    expect(verify(sign({ scope: { region: 'Mars' } }))).toBe(
      'mismatch: Credential should be scoped to a valid region. ',
    );
    expect(verify(sign(), nowMs, 'us-east-1')).toBe(
      'mismatch: Credential should be scoped to a valid region. ',
    );
    expect(verify(sign({ scope: { service: 's3' } }))).toBe(
      "mismatch: Credential should be scoped to correct service: 'kms'. ",
    );
  });

  it('goes by the secret as it is now, in each Region and on each day by itself', () => {
    const before = { accessKeyId: 'AKIACHANGES', secretAccessKey: 'as it was' };
    const after = { ...before, secretAccessKey: 'as it is' };
    const verifyWith = (credentials: SigningCredentials, request: SignedRequest, atMs: number): boolean => {
      try {
        verifySignature(request, { credentialsOf: () => credentials, nowMs: atMs, service: 'kms' });
        return true;
      } catch (error) {
        if (!(error instanceof SignatureRefusal)) throw error;
        return false;
      }
    };
    // More than are kept of one secret, and each twice.
    for (const round of [1, 2])
      for (let day = 0; day < 40; day++) {
        const atMs = nowMs + day * 24 * 60 * minute;
        const scope = { region: day % 2 === 0 ? 'eu-central-1' : 'us-east-1' };
        const signed = sign({ credentials: { ...before }, atMs, scope });
        const where = `round ${round}, day ${day}`;
        expect(verifyWith(before, signed, atMs), where).toBe(true);
        expect(verifyWith(after, signed, atMs), where).toBe(false);
        expect(verifyWith(after, sign({ credentials: { ...after }, atMs, scope }), atMs), where).toBe(true);
      }
  });

  it('needs credentials that are known, with their token, as long as they last', () => {
    const unknown = 'unknown-credentials: The security token included in the request is invalid.';
    expect(verify(sign({ credentials: { ...longTerm, accessKeyId: 'AKIANOBODY' } }))).toBe(unknown);
    const { sessionToken: _, ...withoutToken } = temporary;
    expect(verify(sign({ credentials: withoutToken }))).toBe(unknown);
    expect(verify(sign({ credentials: { ...temporary, sessionToken: 'another' } }))).toBe(unknown);
    expect(verify(sign({ credentials: { ...longTerm, sessionToken: 'any' } }))).toBe(unknown);
    const later = nowMs + 3_600_000;
    expect(verify(sign({ credentials: temporary, atMs: later }), later)).toBe(
      'expired-token: The security token included in the request is expired',
    );
  });

  it.each([
    [
      'is missing',
      (request: SignedRequest) => withHeader(request, 'Authorization', () => undefined),
      'missing: Missing Authentication Token',
    ],
    [
      'is of another algorithm',
      (request: SignedRequest) => withHeader(request, 'Authorization', () => 'Bearer x'),
      "incomplete: Unsupported AWS 'algorithm': 'Bearer'.",
    ],
    [
      'has no signature',
      (request: SignedRequest) =>
        withHeader(request, 'Authorization', (value) => value.replace(/, Signature.*/, '')),
      "incomplete: Authorization header requires 'Signature' parameter.",
    ],
    [
      'has no credential and no date',
      (request: SignedRequest) =>
        withHeader(
          withHeader(request, 'X-Amz-Date', () => undefined),
          'Authorization',
          (value) => value.replace(/Credential=[^,]*, /, ''),
        ),
      "incomplete: Authorization header requires 'Credential' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ],
    [
      'has a credential that is none',
      (request: SignedRequest) =>
        withHeader(request, 'Authorization', (value) => value.replace('/aws4_request', '')),
      "incomplete: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIALONG/20260102/eu-central-1/kms'",
    ],
    [
      'has a date that is none',
      (request: SignedRequest) => withHeader(request, 'X-Amz-Date', () => '20260231T030405Z'),
      "incomplete: Date must be in ISO-8601 'basic format'. Got '20260231T030405Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      'is there twice',
      (request: SignedRequest) => ({
        ...request,
        headers: [...request.headers, ...request.headers.slice(-1)],
      }),
      'incomplete: A request has one signature: there is more than one.',
    ],
  ])('is named where it %s', (_, change, text) => {
    expect(verify(change(sign()))).toBe(text);
  });
});

describe('a presigned request', () => {
  it('is accepted until it expires', () => {
    expect(verify(presign())).toBe('accepted');
    expect(verify(presign({ credentials: temporary }))).toBe('accepted');
    expect(verify(presign(), nowMs + minute)).toBe('accepted');
    expect(verify(presign({ expires: '3600' }), nowMs + 59 * minute)).toBe('accepted');
    expect(verify(presign(), nowMs + minute + 1000)).toBe(
      'mismatch: Signature expired: 20260102T030505Z is now earlier than 20260102T030506Z',
    );
    expect(verify(presign({ atMs: nowMs + 6 * minute }))).toMatch(/^mismatch: Signature not yet current/);
  });

  it.each(['0', '604801', '-1', '1e3', ' 60'])('with a lifetime of %j is incomplete', (expires) => {
    expect(verify(presign({ expires }))).toBe(
      "incomplete: 'X-Amz-Expires' must be a number of seconds from 1 to 604800.",
    );
  });

  it('is refused with another body, a parameter twice or a second signature in the header', () => {
    expect(verify({ ...presign(), body: Buffer.from('{"Limit":1}') })).toMatch(mismatch);
    expect(verify({ ...presign(), target: `${presign().target}&X-Amz-Expires=600` })).toMatch(
      /^incomplete: /,
    );
    expect(verify({ ...presign(), headers: [...presign().headers, ['Authorization', 'x']] })).toMatch(
      /^incomplete: /,
    );
  });
});

describe('whatever comes', () => {
  it('is accepted or refused, and nothing else is thrown', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (authorization, date, query) => {
          const base = sign();
          const changed = withHeader(
            withHeader(base, 'Authorization', (value) =>
              authorization.length % 2 ? authorization : value + authorization,
            ),
            'X-Amz-Date',
            (value) => (date.length % 2 ? date : value),
          );
          expect(verify({ ...changed, target: `/?${query}` })).not.toBe('');
        },
      ),
    );
  });

  it('takes linear time: 100 kB of it are far from the time limit of a test', () => {
    const long = 'a/'.repeat(50_000);
    for (const text of [
      long,
      `AWS4-HMAC-SHA256 Credential=${long}`,
      `AWS4-HMAC-SHA256 ${'a=b,'.repeat(25_000)}`,
      ' '.repeat(100_000),
    ])
      expect(verify(withHeader(sign(), 'Authorization', () => text))).toMatch(/^incomplete/);
    expect(verify({ ...sign(), target: `/${'./'.repeat(50_000)}` })).toBe('accepted');
  });
});

describe('over HTTP, in strict mode', () => {
  const identities = createIdentityRegistry([
    { arn: 'arn:aws:iam::111122223333:root', accessKeys: [longTerm, temporary] },
  ]);
  const clock = { now: () => ({ wallMs: nowMs, monotonicMs: 0 }) };
  let port = 0;
  const server = createServer();
  beforeAll(async () => {
    const kms = await createKms({ store: createMemoryStore(), clock });
    const serve = kmsHttpHandler(kms, { mode: 'strict', identities, clock });
    server.on('request', (request, response) => {
      if (isKmsRequest(request)) serve(request, response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });

  function send({
    target,
    method,
    headers,
    body,
  }: SignedRequest): Promise<{ status: number; body: { __type?: string; Keys?: [] } }> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port, path: target, method, headers: headers.flat() },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk);
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  it('a good signature is served, in the header or presigned', async () => {
    expect(await send(sign())).toMatchObject({ status: 200, body: { Keys: [] } });
    // What is steered by a header is signed all the same, so that this one is refused by its own rule.
    const presigned = presign();
    const request = {
      ...presigned,
      headers: [
        ...presigned.headers,
        ['Content-Type', 'application/x-amz-json-1.1'],
        ['X-Amz-Target', 'TrentService.ListKeys'],
      ] as const,
    };
    expect(await send(request)).toMatchObject({ status: 400, body: { __type: 'InvalidSignatureException' } });
  });

  it.each([
    ['InvalidSignatureException', { ...sign(), body: Buffer.from('{"Limit":1}') }],
    ['IncompleteSignatureException', withHeader(sign(), 'Authorization', () => 'AWS4-HMAC-SHA256 x')],
    ['MissingAuthenticationTokenException', withHeader(sign(), 'Authorization', () => undefined)],
    ['UnrecognizedClientException', sign({ credentials: { ...longTerm, accessKeyId: 'AKIANOBODY' } })],
    ['InvalidSignatureException', sign({ credentials: { ...temporary, secretAccessKey: 'x' } })],
  ])('a bad one is refused with 400 and %s', async (name, request) => {
    expect(await send(request)).toMatchObject({ status: 400, body: { __type: name } });
  });
});
