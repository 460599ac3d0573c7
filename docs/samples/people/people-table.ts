import {
  clear,
  date,
  type EncryptedRow,
  type EncryptedTable,
  integerId,
  number,
  type ServiceKeys,
  text,
} from '@keyfold/sdk';

/** Every column is declared: what is encrypted, what stays readable for queries, and nothing by accident. */
const schema = {
  id: integerId('id'),
  fields: {
    name: text(),
    email: text().nullable(),
    nationalId: text(),
    birthDate: date(),
    balance: number(),
    notes: text().nullable(),
    plan: clear<string>(),
  },
};

export type PeopleTable = EncryptedTable<typeof schema>;

/** A row as it goes into the database: bytes where the schema says so, and the record's header. */
export type EncryptedPerson = EncryptedRow<PeopleTable>;

/** The table `people` under a service's keys. */
export function peopleTable(service: ServiceKeys): PeopleTable {
  return service.table('people', schema);
}
