import {
  type CryptoBackend,
  type DataKeyOpener,
  type DataKeySealer,
  prepareFieldContext,
  prepareValueContext,
} from '@keyfold/crypto-core';
import { hex } from './bytes.ts';
import type { Checks } from './checks.ts';
import { samples } from './samples.ts';
import { shown } from './shown.ts';
import type { Subject } from './subject.ts';

const value = prepareValueContext({
  tenant: 'acme',
  scope: { kind: 'service', id: 'billing' },
  context: { card: '42' },
});
const field = prepareFieldContext({
  tenant: 'acme',
  scope: { kind: 'user', id: 'ü' },
  table: 'people',
  field: 'ssn',
  idType: 'text',
});

/** Seals and opens of every type, every single bit of each form, and seals under way at the same time. */
export async function checkRoundTrips(checks: Checks, subject: Subject): Promise<void> {
  const { sealer, opener } = await newDataKey(subject.backend);
  for (const [i, sample] of samples.entries()) {
    await checks.equal(`sample ${i} as a value`, shown(sample), async () =>
      shown(await opener.openValue(await sealer.sealValue(sample, value), value)),
    );
    await checks.equal(`sample ${i} as a field`, shown(sample), async () =>
      shown(await opener.openField(await sealer.sealField(sample, field, 'ä'), field, 'ä')),
    );
  }
  await checkChanges(checks, subject.backend, sealer, opener);
  await checkManyAtOnce(checks, subject, sealer, opener);
  sealer[Symbol.dispose]();
  opener[Symbol.dispose]();
  await checks.fails('a seal after disposal', 'secret_disposed', () => sealer.sealValue('x', value));
}

async function checkChanges(
  checks: Checks,
  backend: CryptoBackend,
  sealer: DataKeySealer,
  opener: DataKeyOpener,
): Promise<void> {
  const sealed = await sealer.sealValue('4111', value);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const code = ['not_keyfold_ciphertext', 'unsupported_format'][bit >> 3] ?? 'integrity_check_failed';
    await checks.fails(`bit ${bit} of a value`, code, () => opener.openValue(changed, value));
  }
  for (let length = 0; length < sealed.length; length++) {
    const code =
      length === 0
        ? 'not_keyfold_ciphertext'
        : length < 131
          ? 'truncated_ciphertext'
          : 'integrity_check_failed';
    await checks.fails(`a value cut to ${length}`, code, () =>
      opener.openValue(sealed.subarray(0, length), value),
    );
  }
  const sealedField = await sealer.sealField('x', field, '7');
  await checks.fails('a field of another row', 'integrity_check_failed', () =>
    opener.openField(sealedField, field, '8'),
  );
  const other = await newDataKey(backend);
  await checks.fails('a value of another key', 'integrity_check_failed', () =>
    other.opener.openValue(sealed, value),
  );
}

async function checkManyAtOnce(
  checks: Checks,
  subject: Subject,
  sealer: DataKeySealer,
  opener: DataKeyOpener,
): Promise<void> {
  const rows = Array.from({ length: 1500 }, (_, i) => `row ${i}`);
  const before = sealer.sealsLeft;
  const sealed = await Promise.all(rows.map(async (row) => sealer.sealField(row, field, row)));
  subject.afterRestore();
  const again = await Promise.all(rows.map(async (row) => sealer.sealField(row, field, row)));
  await checks.equal('seals counted', String(before - 3000), () => sealer.sealsLeft);
  await checks.equal('distinct nonces', '3000', () => {
    const nonces = [...sealed, ...again].map((bytes) => hex(bytes.subarray(1, 13)));
    return new Set(nonces).size;
  });
  await checks.equal('rows sealed at the same time', rows.join(), async () => {
    const opened = await Promise.all(
      sealed.map(async (bytes, i) => opener.openField(bytes, field, rows[i] ?? '')),
    );
    return opened.join();
  });
}

async function newDataKey(backend: CryptoBackend): Promise<{ sealer: DataKeySealer; opener: DataKeyOpener }> {
  const fresh = await backend.createDataKey();
  const secret = fresh.secret.clone();
  const sealer = await fresh.wrappedAs({
    keyReference: backend.randomBytes(8),
    wrapped: backend.randomBytes(60),
  });
  fresh[Symbol.dispose]();
  return { sealer, opener: await backend.openDataKey(sealer.header, secret) };
}
