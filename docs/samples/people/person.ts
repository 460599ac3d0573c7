/** One person, as the application knows them. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly nationalId: string;
  readonly birthDate: Date;
  readonly balance: number;
  readonly notes: string | null;
  readonly plan: string;
}

/** One line of the CSV: a person, and the tenant whose customer they are. */
export interface CsvPerson<Tenant extends string> {
  readonly tenant: Tenant;
  readonly person: Person;
}

/** The CSV's columns, in order. An empty cell is null. */
export const csvColumns = [
  'tenant',
  'id',
  'name',
  'email',
  'nationalId',
  'birthDate',
  'balance',
  'notes',
  'plan',
] as const;

/** The values that must be found nowhere, as text. The plan is declared clear, and ids are ids. */
export function secretsOf(person: Person): string[] {
  const { name, email, nationalId, birthDate, balance, notes } = person;
  const texts = [name, email, nationalId, birthDate.toISOString().slice(0, 10), balance.toFixed(2), notes];
  return texts.filter((text) => text !== null);
}
