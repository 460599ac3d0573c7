import { DatabaseSync } from 'node:sqlite';
import type { EncryptedPerson } from './people-table.ts';

const blobOrNull = (value: unknown): Uint8Array | null => (value instanceof Uint8Array ? value : null);

function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('The column holds no bytes.');
}

/** The application's own database. Keyfold does not know it: it stores what `encrypt` returned, column by column. */
export class PeopleDatabase {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS people (
        tenant TEXT NOT NULL, id INTEGER NOT NULL,
        name BLOB NOT NULL, email BLOB, nationalId BLOB NOT NULL, birthDate BLOB NOT NULL,
        balance BLOB NOT NULL, notes BLOB, plan TEXT NOT NULL, keyfold BLOB NOT NULL,
        PRIMARY KEY (tenant, id)
      ) STRICT;
    `);
  }

  /** Stores rows in one transaction. */
  insert(tenant: string, rows: readonly EncryptedPerson[]): void {
    const insert = this.#database.prepare('INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#database.exec('BEGIN');
    for (const { id, name, email, nationalId, birthDate, balance, notes, plan, keyfold } of rows)
      insert.run(tenant, id, name, email, nationalId, birthDate, balance, notes, plan, keyfold);
    this.#database.exec('COMMIT');
  }

  /** A tenant's rows in order of their ids, a page at a time. */
  *pages(tenant: string, size: number): Generator<EncryptedPerson[]> {
    const select = this.#database.prepare(
      'SELECT * FROM people WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?',
    );
    for (let after = 0; ; ) {
      const page = select.all(tenant, after, size).map(
        (row): EncryptedPerson => ({
          id: Number(row['id']),
          name: blob(row['name']),
          email: blobOrNull(row['email']),
          nationalId: blob(row['nationalId']),
          birthDate: blob(row['birthDate']),
          balance: blob(row['balance']),
          notes: blobOrNull(row['notes']),
          plan: String(row['plan']),
          keyfold: blob(row['keyfold']),
        }),
      );
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.id;
      yield page;
    }
  }

  close(): void {
    this.#database.close();
  }
}
