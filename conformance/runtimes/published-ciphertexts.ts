import {
  type CryptoBackend,
  parseRecordHeader,
  prepareFieldContext,
  prepareValueContext,
} from '@keyfold/crypto-core';
import dataKeys from '../../docs/formats/vectors/data-key.json' with { type: 'json' };
import wrappedKeys from '../../docs/formats/vectors/key-wrapping.json' with { type: 'json' };
import records from '../../docs/formats/vectors/record.json' with { type: 'json' };
import textForms from '../../docs/formats/vectors/text-form.json' with { type: 'json' };
import values from '../../docs/formats/vectors/value.json' with { type: 'json' };
import { bytesOf, hex, secretOf } from './bytes.ts';
import type { Checks } from './checks.ts';
import {
  contextOf,
  fieldOptionsOf,
  type PublishedContext,
  type PublishedField,
  type PublishedPlace,
  placeOf,
  plaintextOf,
  rowIdOf,
} from './published-values.ts';
import { shown } from './shown.ts';

/** Every published vector of values, records, wrapped keys, data keys and text forms. */
export async function checkCiphertexts(checks: Checks, backend: CryptoBackend): Promise<void> {
  await checkDataKeys(checks, backend);
  await checkWrappedKeys(checks, backend);
  await checkValues(checks, backend);
  await checkRecords(checks, backend);
  await checkTextForms(checks, backend);
}

async function checkDataKeys(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const { dataKey, commitment } of dataKeys.cases) {
    await checks.equal(`data-key.json ${dataKey}`, commitment, async () =>
      hex(await backend.commitmentOf(secretOf(dataKey))),
    );
  }
}

async function checkWrappedKeys(checks: Checks, backend: CryptoBackend): Promise<void> {
  const unwrap = async (wrappingKey: string, place: PublishedPlace, wrapped: string) => {
    const key = await backend.wrappingKey(secretOf(wrappingKey));
    return hex((await key.unwrap(bytesOf(wrapped), placeOf(place))).reveal());
  };
  for (const { name, wrappingKey, key, place, wrapped } of wrappedKeys.cases) {
    await checks.equal(`key-wrapping.json ${name}`, key, () => unwrap(wrappingKey, place, wrapped));
  }
  for (const { name, wrappingKey, place, wrapped } of wrappedKeys.refused) {
    await checks.fails(`key-wrapping.json ${name}`, 'key_unwrap_failed', () =>
      unwrap(wrappingKey, place, wrapped),
    );
  }
}

async function checkValues(checks: Checks, backend: CryptoBackend): Promise<void> {
  const header = parseRecordHeader(bytesOf(`f6${values.header}`));
  const open = async (options: PublishedContext, bytes: Uint8Array) => {
    const opener = await backend.openDataKey(header, secretOf(values.dataKey));
    return opener.openValue(bytes, prepareValueContext({ ...contextOf(options) }));
  };
  for (const { name, text, bytes, ...content } of values.cases) {
    await checks.equal(`value.json ${name}`, shown(plaintextOf(content)), async () =>
      shown(await open(values.options, backend.decodeText(text))),
    );
    await checks.equal(`value.json ${name} as text`, text, () => backend.encodeText(bytesOf(bytes)));
  }
  for (const { name, options, bytes, code } of values.refused) {
    await checks.fails(`value.json ${name}`, code, () => open(options, bytesOf(bytes)));
  }
}

async function checkRecords(checks: Checks, backend: CryptoBackend): Promise<void> {
  const header = parseRecordHeader(bytesOf(records.header.bytes));
  const open = async (options: PublishedField, bytes: Uint8Array) => {
    const opener = await backend.openDataKey(header, secretOf(records.dataKey));
    return opener.openField(bytes, prepareFieldContext(fieldOptionsOf(options)), rowIdOf(options));
  };
  for (const { name, options, text, bytes, ...content } of records.fields) {
    await checks.equal(`record.json ${name}`, shown(plaintextOf(content)), async () =>
      shown(await open(options, bytesOf(bytes))),
    );
    await checks.equal(`record.json ${name} as text`, bytes, () => hex(backend.decodeText(text)));
  }
  for (const { name, bytes, code } of records.refusedHeaders) {
    await checks.fails(`record.json ${name}`, code, () => parseRecordHeader(bytesOf(bytes)));
  }
  for (const { name, options, bytes, code } of records.refusedFields) {
    await checks.fails(`record.json ${name}`, code, () => open(options, bytesOf(bytes)));
  }
}

async function checkTextForms(checks: Checks, backend: CryptoBackend): Promise<void> {
  for (const { name, bytes, text } of textForms.cases) {
    await checks.equal(`text-form.json ${name}`, bytes, () => hex(backend.decodeText(text)));
  }
  for (const { name, text, code } of textForms.refused) {
    await checks.fails(`text-form.json ${name}`, code, () => backend.decodeText(text));
  }
}
