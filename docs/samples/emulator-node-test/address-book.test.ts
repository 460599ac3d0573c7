import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createEmulator, type Emulator } from '@keyfold/emulator';
import { Keyfold } from '@keyfold/sdk';
import { AddressBook, type Contact } from './address-book.ts';

const ada: Contact = { id: 1, name: 'Ada Lovelace', email: 'ada@example.com', city: 'London' };

describe('AddressBook', () => {
  let emulator: Emulator;
  let keyfold: Keyfold;
  let book: AddressBook;

  before(async () => {
    emulator = await createEmulator();
  });
  after(() => emulator.close());

  beforeEach(async () => {
    await emulator.reset();
    await keyfold?.close();
    // A tenant, a service and an API key are there from the start.
    keyfold = new Keyfold({
      apiKey: emulator.access.apiKey,
      baseUrl: emulator.httpsUrl,
      tls: { ca: emulator.ca },
    });
    book = new AddressBook(keyfold.tenant(emulator.access.tenant).service(emulator.access.service));
  });
  after(() => keyfold.close());

  it('finds what was added, and keeps names and addresses encrypted', async () => {
    await book.add(ada);
    assert.deepEqual(await book.find(1), ada);
    const stored = book.stored(1);
    assert.equal(stored?.city, 'London');
    assert.ok(stored.name instanceof Uint8Array);
    assert.ok(!Buffer.from(stored.name).includes('Ada'));
  });

  it('asks for one data key, however many contacts there are', async () => {
    for (let id = 1; id <= 50; id++) await book.add({ ...ada, id });
    emulator.journal.expect({ service: 'encryption-api', operation: 'wrapDataKeys' }, 1);
  });

  it('adds nothing while the root key is switched off, and says why', async () => {
    emulator.faults.add({ service: 'encryption-api', effect: 'disabled-root' });
    await assert.rejects(book.add(ada), { code: 'root_key_denied' });
    assert.equal(await book.find(1), undefined);
    emulator.faults.clear();
    await book.add(ada);
  });
});
