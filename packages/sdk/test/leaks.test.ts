import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { encodeFrame } from '@keyfold/protocol';
import { createCertificateAuthority } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { date, integerId, isKeyfoldError, Keyfold, text } from '../src/index.ts';
import { KeyServer, type Script, sendError, sendFrame, sendJson } from './support/key-server.ts';
import { selfSigned } from './support/self-signed.ts';
import { rejection } from './support/settle.ts';

const dataKey = Buffer.from('CANARY-data-key-0123456789abcdef'); // 32 bytes
const apiKey = 'kf_application_CANARY-api-key';
const plaintext = 'CANARY-plaintext';
const contextValue = 'CANARY-context';
const secrets: readonly Buffer[] = [
  dataKey,
  Buffer.from(apiKey),
  Buffer.from(plaintext),
  Buffer.from(contextValue),
];

/** Every spelling in which a secret could show. */
const spellings = secrets.flatMap((secret) => [
  secret.toString('latin1'),
  secret.toString('hex'),
  secret.toString('hex').replace(/..(?=.)/g, '$& '), // as inspect shows a Buffer
  secret.toString('base64').slice(0, -4),
  secret.toString('base64url').slice(0, -4),
  [...secret].join(','),
  [...secret].join(', '),
]);

function show(error: unknown): string {
  const shown = [
    String(error),
    inspect(error, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  ];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    shown.push(cause.message, cause.stack ?? '', JSON.stringify(cause), JSON.stringify({ ...cause }));
  }
  return shown.join('\n').replaceAll(/\s+/g, ' ');
}

function expectNoSecret(error: unknown): void {
  expect(isKeyfoldError(error)).toBe(true);
  const shown = show(error);
  for (const spelling of spellings) expect(shown).not.toContain(spelling);
}

describe('no error shows a secret', () => {
  it('in a mistake made before anything is sent', async () => {
    await using server = await KeyServer.start();
    await using keyfold = new Keyfold({ apiKey, baseUrl: server.url, insecureLoopback: true });
    const cards = keyfold.tenant('acme').service('billing');
    const people = cards.table('people', { id: integerId('id'), fields: { ssn: text(), bornAt: date() } });
    const context = { owner: contextValue };
    const row = { id: 7, ssn: plaintext, bornAt: new Date() };
    const mistakes = [
      rejection((async () => new Keyfold({ apiKey: `${apiKey}\n`, baseUrl: server.url }))()),
      rejection((async () => new Keyfold({ apiKey, baseUrl: apiKey }))()),
      rejection((async () => keyfold.tenant(apiKey))()),
      rejection(cards.decrypt(plaintext, { context })),
      rejection(cards.decrypt(Buffer.from(plaintext), { context })),
      rejection(cards.encrypt(plaintext, { context: { owner: `${contextValue}\ud800` } })),
      rejection(cards.encrypt(plaintext, { context: { [contextValue.repeat(9_000)]: contextValue } })),
      rejection(cards.encryptMany([{ value: plaintext, context: {} }])),
      // @ts-expect-error a date is declared
      rejection(people.encrypt({ ...row, bornAt: plaintext })),
      rejection(people.encrypt({ ...row, extra: plaintext } as typeof row)),
      // @ts-expect-error columns are bytes
      rejection(people.decrypt({ id: 7, ssn: plaintext, keyfold: plaintext })),
      rejection(keyfold.apiKeys.revoke(apiKey)),
    ];
    for (const error of await Promise.all(mistakes)) expectNoSecret(error);
  });

  it('when a ciphertext does not open', async () => {
    await using server = await KeyServer.start();
    server.apiKeys.add(apiKey);
    await using keyfold = new Keyfold({ apiKey, baseUrl: server.url, insecureLoopback: true });
    const cards = keyfold.tenant('acme').service('billing');
    const context = { owner: contextValue };
    const token = await cards.encrypt(plaintext, { context });
    const errors = await Promise.all([
      rejection(cards.decrypt(token, { context: { owner: `${contextValue}2` } })),
      rejection(cards.decrypt(token, { context, as: 'number' })),
      rejection(cards.decryptMany([{ sealed: token, context: { other: contextValue } }])),
      rejection(cards.decrypt(`${token.slice(0, -9)}AAAAAAAAA`, { context })),
      rejection(keyfold.tenant('acme').service('other').decrypt(token, { context })),
      // @ts-expect-error undefined is not JSON
      rejection(cards.encrypt({ [plaintext]: undefined }, { context })),
    ]);
    for (const error of errors) expectNoSecret(error);
  });

  const body = `{"leaseRemainingMs":1,"dataKey":"${dataKey.toString('latin1')}"`;
  const scripts: readonly [string, Script][] = [
    ['as HTML', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(body)],
    [
      'as broken JSON',
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    ],
    [
      'as JSON of another form',
      (_, response) => sendJson(response, { items: [dataKey.toString('base64url')] }),
    ],
    ['in a cut frame', (_, response) => sendFrame(response, encodeFrame({}, [dataKey]).subarray(0, -1))],
    [
      'in a frame whose JSON is the key',
      (_, response) => sendFrame(response, Buffer.concat([Buffer.from([0, 0, 0, 32]), dataKey])),
    ],
    [
      'in a frame of another form',
      (_, response) => sendFrame(response, encodeFrame({ items: [] }, [dataKey])),
    ],
    ['in a refusal without a form', (_, response) => void response.writeHead(500).end(dataKey)],
    [
      'in a refusal that repeats what was sent',
      (request, response) => {
        response.writeHead(422, {
          'content-type': 'application/json',
          'x-request-id': request.headers.authorization ?? '',
        });
        const error = {
          code: 'invalid_request',
          message: `Bad: ${request.headers.authorization}`,
          hint: apiKey,
        };
        response.end(JSON.stringify({ error }));
      },
    ],
    [
      'behind a redirect',
      (_, response) => void response.writeHead(307, { location: `http://${apiKey}/` }).end(dataKey),
    ],
    [
      'before the connection breaks',
      (_, response) =>
        void response.writeHead(200, { 'content-length': 99 }).write(dataKey, () => response.destroy()),
    ],
    [
      'in too long an answer',
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(Buffer.alloc(9_999_999, dataKey)),
    ],
    [
      'with a code of its own',
      (_, response) => sendError(response, 'internal_error', { 'retry-after': dataKey.toString('latin1') }),
    ],
  ];

  it.each(scripts)('when the server answers with one %s', async (_, script) => {
    await using server = await KeyServer.start();
    for (let attempt = 0; attempt < 4; attempt++) server.script.push(script);
    await using keyfold = new Keyfold({
      apiKey,
      baseUrl: server.url,
      insecureLoopback: true,
      maxAttempts: 1,
    });
    const cards = keyfold.tenant('acme').service('billing');
    expectNoSecret(await rejection(cards.encrypt(plaintext, { context: { owner: contextValue } })));
    expectNoSecret(await rejection(keyfold.tenants.get('acme')));
  });

  it('when the server does not speak HTTP', async () => {
    const garbage = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${dataKey.toString('latin1')}\r\n\r\n`);
    });
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    const address = garbage.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await using keyfold = new Keyfold({
      apiKey,
      baseUrl: `http://127.0.0.1:${port}`,
      insecureLoopback: true,
      maxAttempts: 1,
    });
    const error = await rejection(keyfold.tenants.get('acme'));
    expect(error).toMatchObject({ code: 'connection_failed' });
    expectNoSecret(error);
    garbage.close();
  });

  it('when the server’s certificate does not hold', async () => {
    const authority = await createCertificateAuthority();
    const { certPem, keyPem } = selfSigned();
    await using server = await KeyServer.start({ cert: certPem, key: keyPem });
    await using keyfold = new Keyfold({ apiKey, baseUrl: server.url, tls: { ca: authority.pem } });
    const cards = keyfold.tenant('acme').service('billing');
    expectNoSecret(await rejection(cards.encrypt(plaintext, { context: { owner: contextValue } })));
  });
});
