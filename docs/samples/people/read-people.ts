import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { type CsvPerson, csvColumns } from './person.ts';

const orNull = (cell: string): string | null => (cell === '' ? null : cell);

/** Reads the CSV as a stream: a file of any size needs the memory of a few rows. */
export async function* readPeople<Tenant extends string>(
  file: string,
  tenants: readonly Tenant[],
): AsyncGenerator<CsvPerson<Tenant>> {
  const lines: AsyncIterable<Record<(typeof csvColumns)[number], string>> = createReadStream(file).pipe(
    parse({ columns: [...csvColumns], fromLine: 2 }),
  );
  for await (const line of lines) {
    const tenant = tenants.find((name) => name === line.tenant);
    if (tenant === undefined)
      throw new TypeError(`The CSV names a tenant that does not exist: ${line.tenant}`);
    yield {
      tenant,
      person: {
        id: Number(line.id),
        name: line.name,
        email: orNull(line.email),
        nationalId: line.nationalId,
        birthDate: new Date(line.birthDate),
        balance: Number(line.balance),
        notes: orNull(line.notes),
        plan: line.plan,
      },
    };
  }
}
