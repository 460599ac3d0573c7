import {
  clear,
  type EncryptedRow,
  type EncryptedTable,
  integerId,
  type PlainRow,
  type ServiceKeys,
  text,
} from '@keyfold/sdk';

const schema = { id: integerId('id'), fields: { name: text(), email: text(), city: clear<string>() } };

type Table = EncryptedTable<typeof schema>;
export type Contact = PlainRow<Table>;

/** Contacts whose names and addresses are encrypted before they are kept. */
export class AddressBook {
  readonly #table: Table;
  readonly #rows = new Map<number, EncryptedRow<Table>>();

  constructor(keys: ServiceKeys) {
    this.#table = keys.table('contacts', schema);
  }

  async add(contact: Contact): Promise<void> {
    this.#rows.set(contact.id, await this.#table.encrypt(contact));
  }

  async find(id: number): Promise<Contact | undefined> {
    const row = this.#rows.get(id);
    return row === undefined ? undefined : this.#table.decrypt(row);
  }

  /** What is kept, as a database or a backup would have it. */
  stored(id: number): EncryptedRow<Table> | undefined {
    return this.#rows.get(id);
  }
}
