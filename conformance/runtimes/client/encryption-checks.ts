import type { Keyfold } from '@keyfold/sdk';
import type { Checks } from '../checks.ts';
import type { SdkModule } from './client-suite.ts';
import { type ClientTarget, type SealedByClient, sample } from './target.ts';

const { context, ssn, value } = sample;

const servedBy = (keyfold: Keyfold, { tenant, service }: ClientTarget) =>
  keyfold.tenant(tenant).service(service);

/** The table that rows are of. */
const peopleOf = ({ date, integerId, text }: SdkModule, keyfold: Keyfold, target: ClientTarget) =>
  servedBy(keyfold, target).table('people', {
    id: integerId('id'),
    fields: { ssn: text(), bornAt: date().nullable() },
  });

/** The same with its last bit turned. */
function tampered(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Values and rows there and back, and what was changed on the way. */
export async function checkEncryption(
  checks: Checks,
  sdk: SdkModule,
  keyfold: Keyfold,
  target: ClientTarget,
): Promise<void> {
  const keys = servedBy(keyfold, target);
  const people = peopleOf(sdk, keyfold, target);

  const token = await keys.encrypt(value, { context });
  const bytes = await keys.encryptBytes({ pan: value }, { context });
  await checks.equal('a value comes back', value, () => keys.decrypt(token, { context, as: 'text' }));
  await checks.equal('JSON comes back', value, async () => {
    const { pan } = Object(await keys.decrypt(bytes, { context, as: 'json' }));
    return pan;
  });
  await checks.fails('a value that was changed', 'integrity_check_failed', () =>
    keys.decrypt(tampered(bytes), { context }),
  );
  await checks.fails('a value in another context', 'integrity_check_failed', () =>
    keys.decrypt(token, { context: { card: '43' } }),
  );

  const rows = Array.from({ length: 25 }, (_, id) => ({ id, ssn: `${ssn}-${id}`, bornAt: new Date(id) }));
  const stored = await people.encryptMany([...rows, { id: 25, ssn, bornAt: null }]);
  await checks.equal('rows come back', JSON.stringify([...rows, { id: 25, ssn, bornAt: null }]), async () =>
    JSON.stringify(await people.decryptMany(stored)),
  );
  const [row] = stored;
  if (row === undefined) throw new Error('There are rows.');
  await checks.fails('a field that was changed', 'integrity_check_failed', () =>
    people.decrypt({ ...row, ssn: tampered(row.ssn) }),
  );
  await checks.fails('a field moved to another row', 'integrity_check_failed', () =>
    people.decrypt({ ...row, id: 24 }),
  );

  const theirs = target.sealedByNode;
  await checks.equal('what Node’s client sealed opens: a value', value, () =>
    keys.decrypt(theirs.value, { context, as: 'text' }),
  );
  await checks.equal('what Node’s client sealed opens: a row', ssn, async () => {
    const { id, ssn, keyfold } = theirs.row;
    return (await people.decrypt({ id, ssn: fromBase64(ssn), keyfold: fromBase64(keyfold) })).ssn;
  });
}

/** What another runtime's client is to open. */
export async function sealSample(
  sdk: SdkModule,
  keyfold: Keyfold,
  target: ClientTarget,
): Promise<SealedByClient> {
  const row = await peopleOf(sdk, keyfold, target).encrypt({ id: 7, ssn, bornAt: null });
  return {
    value: await servedBy(keyfold, target).encrypt(value, { context }),
    row: { id: 7, ssn: toBase64(row.ssn), keyfold: toBase64(row.keyfold) },
  };
}

/** Whether what another runtime's client sealed is what it was made of. */
export async function checkSealed(
  checks: Checks,
  sdk: SdkModule,
  keyfold: Keyfold,
  target: ClientTarget,
  sealed: SealedByClient,
): Promise<void> {
  await checks.equal('Node’s client opens its value', value, () =>
    servedBy(keyfold, target).decrypt(sealed.value, { context, as: 'text' }),
  );
  await checks.equal('Node’s client opens its row', ssn, async () => {
    const { id, ssn, keyfold: header } = sealed.row;
    const stored = { id, ssn: fromBase64(ssn), keyfold: fromBase64(header) };
    return (await peopleOf(sdk, keyfold, target).decrypt(stored)).ssn;
  });
}
