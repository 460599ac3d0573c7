import { integerId, json, type Keyfold, text } from '../../../src/index.ts';

/** What calls are made with; all of it was planted. */
export interface Planted {
  readonly plaintext: string;
  readonly bytes: Uint8Array;
  readonly context: string;
  /** Sealed by another client, so that it has to be asked for its key. */
  readonly token: string;
  readonly row: {
    readonly id: number;
    readonly ssn: Uint8Array;
    readonly notes: Uint8Array;
    readonly keyfold: Uint8Array;
  };
}

/** The table that rows are of. */
export const peopleOf = (keyfold: Keyfold) =>
  keyfold
    .tenant('acme')
    .service('billing')
    .table('people', { id: integerId('id'), fields: { ssn: text(), notes: json() } });

type Call = (keyfold: Keyfold, planted: Planted) => unknown;

const keysOf = (keyfold: Keyfold) => keyfold.tenant('acme').service('billing');
const contextOf = ({ context }: Planted) => ({ context: { owner: context } });
const rowOf = ({ plaintext }: Planted) => ({ id: 7, ssn: plaintext, notes: { [plaintext]: plaintext } });

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Each method of each class that a user is handed; a test holds it against the classes. */
export const everyCall: Readonly<Record<string, Call>> = {
  'Keyfold.tenant': (keyfold) => keyfold.tenant('acme'),
  'Tenants.create': (keyfold) =>
    keyfold.tenants.create({ id: 'acme', root: { provider: 'static', keyId: 'root' } }),
  'Tenants.get': (keyfold) => keyfold.tenants.get('acme'),
  'Tenants.list': (keyfold) => keyfold.tenants.list({ limit: 1 }, { maxItems: 1 }),
  'ApiKeys.create': (keyfold) => keyfold.apiKeys.create({ role: 'application', tenants: ['acme'] }),
  'ApiKeys.list': (keyfold) => all(keyfold.apiKeys.list()),
  'ApiKeys.revoke': (keyfold) => keyfold.apiKeys.revoke('kf_application_abcdefgh'),
  'Tenant.service': (keyfold) => keyfold.tenant('acme').service('billing'),
  'Services.create': (keyfold) => keyfold.tenant('acme').services.create('billing'),
  'Services.get': (keyfold) => keyfold.tenant('acme').services.get('billing').withResponse(),
  'Services.list': (keyfold) => all(keyfold.tenant('acme').services.list().pages()),
  'Services.rotate': (keyfold) => keyfold.tenant('acme').services.rotate('billing'),
  'ServiceKeys.decrypt': (keyfold, planted) => keysOf(keyfold).decrypt(planted.token, contextOf(planted)),
  'ServiceKeys.decryptMany': (keyfold, planted) =>
    keysOf(keyfold).decryptMany([{ sealed: planted.token, ...contextOf(planted) }]),
  'ServiceKeys.rewrap': (keyfold, planted) => keysOf(keyfold).rewrap(planted.token),
  'ServiceKeys.encrypt': (keyfold, planted) => keysOf(keyfold).encrypt(planted.plaintext, contextOf(planted)),
  'ServiceKeys.encryptBytes': (keyfold, planted) =>
    keysOf(keyfold).encryptBytes(planted.bytes, contextOf(planted)),
  'ServiceKeys.encryptMany': (keyfold, planted) =>
    keysOf(keyfold).encryptMany([
      { value: { [planted.plaintext]: planted.plaintext }, ...contextOf(planted) },
    ]),
  'ServiceKeys.prepareContext': (keyfold, planted) =>
    keysOf(keyfold).prepareContext(contextOf(planted).context),
  'ServiceKeys.table': (keyfold) => peopleOf(keyfold),
  'EncryptedTable.encrypt': (keyfold, planted) => peopleOf(keyfold).encrypt(rowOf(planted)),
  'EncryptedTable.encryptMany': (keyfold, planted) => peopleOf(keyfold).encryptMany([rowOf(planted)]),
  'EncryptedTable.decrypt': (keyfold, planted) => peopleOf(keyfold).decrypt(planted.row),
  'EncryptedTable.decryptMany': (keyfold, planted) => peopleOf(keyfold).decryptMany([planted.row]),
  'Keyfold.close': (keyfold) => keyfold.close(), // last
};
