import { execFile } from 'node:child_process';
import { chmodSync, cpSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { createEmulator, type Emulator } from '@keyfold/emulator';
import { Keyfold } from '@keyfold/sdk';
import { DemoClock } from './demo-clock.ts';
import { generatePeople } from './generate-people.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { PeopleDatabase } from './people-database.ts';
import { type EncryptedPerson, type PeopleTable, peopleTable } from './people-table.ts';
import { type CsvPerson, type Person, secretsOf } from './person.ts';
import { PlaintextScanner } from './plaintext-scanner.ts';
import { readPeople } from './read-people.ts';

/** How long the emulator may go on using a tenant's key after that tenant's KMS was last asked. */
export const leaseMs = 60_000;

/** Node's option for running this repository's packages from their sources. */
const sources = '--conditions=@keyfold/source';

/** Rows that are encrypted, stored and read together. */
const batchSize = 500;

export const tenants = ['acme', 'globex'] as const;
export type Tenant = (typeof tenants)[number];

/** Told how far it is, so that long work is seen to move. */
export type Progress = (done: number) => void;

export interface PeopleDemoOptions {
  /** An empty folder for the CSV, the database and the emulator's state. */
  readonly folder: string;
  readonly people: number;
}

interface TenantSetup {
  readonly keyArn: string;
  readonly table: PeopleTable;
}

/** How attempts ended: for reading how many each way, for writing one. */
export interface Attempts {
  readonly decrypt: Readonly<Record<Outcome, number>>;
  readonly encrypt: Outcome;
}

/** Someone who is to be encrypted when a tenant's key is off. */
const newcomer: Person = {
  id: 1_000_000,
  name: 'Grace',
  email: null,
  nationalId: '000-00-0000',
  birthDate: new Date(0),
  balance: 0,
  notes: null,
  plan: 'free',
};

/** Two tenants with a KMS key each, a CSV of people, and what is promised of them. The steps stand in the order of the story. */
export class PeopleDemo {
  readonly #options: PeopleDemoOptions;
  readonly #clock: DemoClock;
  readonly #emulator: Emulator;
  readonly #kms: KMSClient;
  readonly #keyfold: Keyfold;
  readonly #database: PeopleDatabase;
  readonly #setups: Readonly<Record<Tenant, TenantSetup>>;

  private constructor(
    options: PeopleDemoOptions,
    parts: {
      readonly clock: DemoClock;
      readonly emulator: Emulator;
      readonly kms: KMSClient;
      readonly keyfold: Keyfold;
      readonly setups: Readonly<Record<Tenant, TenantSetup>>;
    },
  ) {
    this.#options = options;
    this.#clock = parts.clock;
    this.#emulator = parts.emulator;
    this.#kms = parts.kms;
    this.#keyfold = parts.keyfold;
    this.#setups = parts.setups;
    this.#database = new PeopleDatabase(join(options.folder, 'people.sqlite'));
  }

  /** From nothing: the CSV, an emulator, a KMS key for each tenant, and Keyfold's keys below it. */
  static async start(options: PeopleDemoOptions): Promise<PeopleDemo> {
    await generatePeople(join(options.folder, 'people.csv'), options.people, tenants);
    const clock = new DemoClock();
    const emulator = await createEmulator({ stateFolder: join(options.folder, 'keyfold'), clock, leaseMs });
    const kms = new KMSClient({
      endpoint: emulator.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: '111122223333', secretAccessKey: 'any' },
    });
    const keyfold = new Keyfold({
      apiKey: emulator.access.apiKey,
      baseUrl: emulator.httpsUrl,
      tls: { ca: emulator.ca },
      clock,
    });
    const setUp = async (tenant: Tenant): Promise<TenantSetup> => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: `${tenant}'s own key` }));
      const keyArn = KeyMetadata?.Arn ?? '';
      await keyfold.tenants.create({ id: tenant, root: { provider: 'aws-kms', keyId: keyArn } });
      await keyfold.tenant(tenant).services.create('crm');
      return { keyArn, table: peopleTable(keyfold.tenant(tenant).service('crm')) };
    };
    const setups = { acme: await setUp('acme'), globex: await setUp('globex') };
    return new PeopleDemo(options, { clock, emulator, kms, keyfold, setups });
  }

  /** Encrypts the whole CSV into the database. */
  async encryptAll(progress: Progress): Promise<{ readonly rows: number }> {
    let rows = 0;
    const waiting: Record<Tenant, Person[]> = { acme: [], globex: [] };
    const store = async (tenant: Tenant): Promise<void> => {
      const people = waiting[tenant].splice(0);
      this.#database.insert(tenant, await this.#setups[tenant].table.encryptMany(people));
      rows += people.length;
      progress(rows);
    };
    for await (const { tenant, person } of this.#people())
      if (waiting[tenant].push(person) === batchSize) await store(tenant);
    for (const tenant of tenants) await store(tenant);
    return { rows };
  }

  /**
   * Looks for every value of the CSV in every file that was written: the database, its write-ahead log, and all that the
   * emulator keeps. As a check of the search itself, it also looks through a text that holds them all.
   */
  async searchFiles(): Promise<{
    readonly values: number;
    readonly files: readonly string[];
    readonly bytes: number;
    readonly found: readonly string[];
    readonly foundInControl: number;
  }> {
    const scanner = new PlaintextScanner();
    const control: string[] = [];
    for await (const { person } of this.#people()) control.push(...secretsOf(person));
    for (const secret of control) scanner.add(secret);
    const files = globSync(['people.sqlite*', 'keyfold/*'], { cwd: this.#options.folder });
    const contents = files.map((file) => readFileSync(join(this.#options.folder, file)));
    return {
      values: scanner.values,
      files,
      bytes: contents.reduce((sum, content) => sum + content.byteLength, 0),
      found: contents.flatMap((content) => [...scanner.search(content)]),
      foundInControl: scanner.search(Buffer.from(control.join('\n'))).size,
    };
  }

  /** Reads the rows of tenants back, decrypts them, and compares each with the CSV. */
  async readBack(
    which: readonly Tenant[],
    progress: Progress,
  ): Promise<{ readonly rows: number; readonly wrong: number }> {
    const expected = new Map<number, Person>();
    for await (const { tenant, person } of this.#people())
      if (which.includes(tenant)) expected.set(person.id, person);
    let rows = 0;
    let wrong = 0;
    for (const tenant of which)
      for (const page of this.#database.pages(tenant, batchSize)) {
        for (const person of await this.#setups[tenant].table.decryptMany(page)) {
          if (!isDeepStrictEqual(person, expected.get(person.id))) wrong++;
          expected.delete(person.id);
        }
        rows += page.length;
        progress(rows);
      }
    return { rows, wrong: wrong + expected.size };
  }

  /** Has each tenant open the other's row, and one column's ciphertext in the place of another's. */
  async swapRows(): Promise<
    Readonly<Record<'acmeOpensGlobex' | 'globexOpensAcme' | 'columnsSwapped', Outcome>>
  > {
    const { acme, globex } = this.#setups;
    const ofAcme = this.#firstRow('acme');
    const ofGlobex = this.#firstRow('globex');
    const { name, nationalId } = ofAcme;
    return {
      acmeOpensGlobex: await outcomeOf(() => acme.table.decrypt(ofGlobex)),
      globexOpensAcme: await outcomeOf(() => globex.table.decrypt(ofAcme)),
      columnsSwapped: await outcomeOf(() =>
        acme.table.decrypt({ ...ofAcme, name: nationalId, nationalId: name }),
      ),
    };
  }

  /** What the tenant's administrator does in the AWS console: one key, one switch. */
  async switchKey(tenant: Tenant, to: 'off' | 'on'): Promise<void> {
    const KeyId = this.#setups[tenant].keyArn;
    if (to === 'off') await this.#kms.send(new DisableKeyCommand({ KeyId }));
    else await this.#kms.send(new EnableKeyCommand({ KeyId }));
  }

  /** Tries everything that a tenant has with the client that has been in use all along, its caches warm. */
  async tryWarm(tenant: Tenant): Promise<Attempts> {
    const { table } = this.#setups[tenant];
    const rows = [...this.#database.pages(tenant, batchSize)].flat();
    const outcomes = await Promise.all(rows.map((row) => outcomeOf(() => table.decrypt(row))));
    const decrypt: Record<Outcome, number> = {};
    for (const outcome of outcomes) decrypt[outcome] = (decrypt[outcome] ?? 0) + 1;
    return { decrypt, encrypt: await outcomeOf(() => table.encrypt(newcomer)) };
  }

  /** Moves the clock of emulator and client to where a lease that has just begun is over. */
  passLease(): void {
    this.#clock.advance(leaseMs);
  }

  /**
   * A process that has never seen these tenants, on a copy of all that is stored: what a restart finds, and what a thief
   * of the disks has. Nothing is waited for.
   */
  async tryFreshProcess(): Promise<Readonly<Record<Tenant, Outcome>>> {
    const copy = join(this.#options.folder, 'copy');
    for (const name of globSync(['people.sqlite*', 'keyfold'], { cwd: this.#options.folder }))
      cpSync(join(this.#options.folder, name), join(copy, name), { recursive: true });
    // The emulator refuses a folder of keys that others may read.
    chmodSync(join(copy, 'keyfold'), 0o700);
    const program = join(import.meta.dirname, 'fresh-process.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [sources, program, copy]);
    return JSON.parse(stdout);
  }

  get #csv(): string {
    return join(this.#options.folder, 'people.csv');
  }

  #people(): AsyncGenerator<CsvPerson<Tenant>> {
    return readPeople(this.#csv, tenants);
  }

  #firstRow(tenant: Tenant): EncryptedPerson {
    const [[row] = []] = this.#database.pages(tenant, 1);
    if (row === undefined) throw new TypeError(`${tenant} has no rows yet: encryptAll comes first.`);
    return row;
  }

  /** Ends everything that was started. The folder stays. */
  async close(): Promise<void> {
    this.#database.close();
    this.#kms.destroy();
    await this.#keyfold.close();
    await this.#emulator.close();
  }
}
