import { describe, expect, it } from 'vitest';
import { date, integerId, isKeyfoldError, Keyfold, text } from '../../src/index.ts';
import { KeyServer } from '../support/key-server.ts';
import { rejection } from '../support/settle.ts';
import { Canaries, shown } from './support/canaries.ts';

const apiKey = 'kf_application_CANARY-api-key';
const plaintext = 'CANARY-plaintext';
const contextValue = 'CANARY-context';
const canaries = new Canaries();
canaries.plant('API key', apiKey);
canaries.plant('plaintext', plaintext);
canaries.plant('context value', contextValue);

function expectNoSecret(error: unknown): void {
  expect(isKeyfoldError(error)).toBe(true);
  expect(canaries.in(shown(error))).toEqual([]);
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
});
