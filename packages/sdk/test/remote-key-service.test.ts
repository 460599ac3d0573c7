import { dataKeyHeader, encodeRecordHeader, SecretBytes } from '@keyfold/crypto-core';
import { encodeFrame } from '@keyfold/protocol';
import { describe, expect, it } from 'vitest';
import { keyScope } from '../src/key-scope.ts';
import { createRemoteKeyService } from '../src/remote-key-service.ts';
import { clientOf } from './support/clients.ts';
import { KeyServer, sendFrame, sendJson } from './support/key-server.ts';
import { rejection } from './support/settle.ts';

const scope = keyScope('acme', { kind: 'service', id: 'billing' });
const commitment = new Uint8Array(32).fill(1);
const header = dataKeyHeader({ keyReference: new Uint8Array(8), wrapped: new Uint8Array(60) }, commitment);
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

describe('an answer about data keys', () => {
  const good = { keyReference: base64url(new Uint8Array(8)), wrapped: base64url(new Uint8Array(60)) };

  it.each([
    ['no item', []],
    ['too many items', [good, good]],
    ['a short key reference', [{ ...good, keyReference: base64url(new Uint8Array(7)) }]],
    ['a long wrapped key', [{ ...good, wrapped: base64url(new Uint8Array(61)) }]],
    ['padding', [{ ...good, keyReference: `${good.keyReference}=` }]],
    ['a second spelling', [{ ...good, keyReference: `${good.keyReference.slice(0, -1)}B` }]],
    ['a missing field', [{ keyReference: good.keyReference }]],
    ['null', [null]],
  ])('with %s is an unexpected_response', async (_, items) => {
    await using server = await KeyServer.start();
    await using client = clientOf(server.url);
    server.script.push((_request, response) => sendJson(response, { leaseRemainingMs: 1, items }));
    using secret = SecretBytes.random(32);
    const call = createRemoteKeyService(client).wrap(scope, [{ secret, commitment }]);
    expect(await rejection(call)).toMatchObject({ code: 'unexpected_response', layer: 'transport' });
    expect(secret.disposed).toBe(false); // it is the caller's
  });

  it('that rewraps another data key is an unexpected_response', async () => {
    await using server = await KeyServer.start();
    await using client = clientOf(server.url);
    const other = dataKeyHeader(header, new Uint8Array(32).fill(2));
    const items = [{ status: 'ok', header: base64url(encodeRecordHeader(other)) }];
    server.script.push((_, response) => sendJson(response, { leaseRemainingMs: 1, items }));
    expect(await rejection(createRemoteKeyService(client).rewrap(scope, [header]))).toMatchObject({
      code: 'unexpected_response',
    });
  });

  it.each(['AAAA', base64url(new Uint8Array(102)), base64url(new Uint8Array(102).fill(0xf6))])(
    'that rewraps to what is no header is an unexpected_response (%#)',
    async (text) => {
      await using server = await KeyServer.start();
      await using client = clientOf(server.url);
      server.script.push((_, response) =>
        sendJson(response, { leaseRemainingMs: 1, items: [{ status: 'ok', header: text }] }),
      );
      expect(await rejection(createRemoteKeyService(client).rewrap(scope, [header]))).toMatchObject({
        code: 'unexpected_response',
      });
    },
  );

  it('with errors of single items keeps the keys of the others apart from them', async () => {
    await using server = await KeyServer.start();
    await using client = clientOf(server.url);
    const error = { status: 'error', error: { code: 'key_unwrap_failed', message: 'no' } };
    const frame = encodeFrame(
      { leaseRemainingMs: 1, items: [error, { status: 'ok' }, error, { status: 'ok' }] },
      [new Uint8Array(32).fill(5), new Uint8Array(32).fill(6)],
    );
    server.script.push((_, response) => sendFrame(response, frame));
    const { items } = await createRemoteKeyService(client).unwrap(scope, [header, header, header, header]);
    expect(items.map((item) => (item instanceof SecretBytes ? item.reveal()[0] : item.code))).toEqual([
      'key_unwrap_failed',
      5,
      'key_unwrap_failed',
      6,
    ]);
  });

  it.each([
    { status: 'error', error: { code: 'toString', message: 'no' } },
    { status: 'perhaps' },
    { status: 'error' },
  ])('with an item that says neither ok nor a known error is an unexpected_response (%#)', async (item) => {
    await using server = await KeyServer.start();
    await using client = clientOf(server.url);
    server.script.push((_, response) =>
      sendFrame(response, encodeFrame({ leaseRemainingMs: 1, items: [item] }, [])),
    );
    expect(await rejection(createRemoteKeyService(client).unwrap(scope, [header]))).toMatchObject({
      code: 'unexpected_response',
    });
  });
});
