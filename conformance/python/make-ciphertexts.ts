// Writes fresh ciphertexts of every native format to standard output, as JSON, for check_formats.py:
//   node --conditions=@keyfold/source conformance/python/make-ciphertexts.ts [node|web] > fresh.json
import { randomBytes } from 'node:crypto';
import {
  type CryptoBackend,
  type Plaintext,
  prepareFieldContext,
  prepareStreamContext,
  prepareValueContext,
  type RowId,
  type RowIdType,
  type Scope,
  SecretBytes,
  sealStream,
} from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { webBackend } from '@keyfold/crypto-core/web';

interface Sample {
  readonly name: string;
  readonly plaintext: Plaintext;
  /** The plaintext as JSON has it, in the way of docs/formats/vectors. */
  readonly type: string;
  readonly value: string | number | boolean;
}

const tenant = 'acme';
const scope: Scope = { kind: 'service', id: 'billing' };
const parentVersion = 3;

const samples: readonly Sample[] = [
  { name: 'no bytes', plaintext: new Uint8Array(0), type: 'bytes', value: '' },
  { name: 'bytes', plaintext: Uint8Array.of(0, 255, 128), type: 'bytes', value: '00ff80' },
  { name: 'text', plaintext: 'Zoë 漢字 🔑', type: 'text', value: 'Zoë 漢字 🔑' },
  { name: 'long text', plaintext: 'é'.repeat(40_000), type: 'text', value: 'é'.repeat(40_000) },
  { name: 'number', plaintext: -0.1, type: 'number', value: '-0.1' },
  { name: 'bigint', plaintext: -(2n ** 70n), type: 'bigint', value: String(-(2n ** 70n)) },
  { name: 'date', plaintext: new Date(-1), type: 'date', value: -1 },
  {
    name: 'JSON',
    plaintext: { a: [1, null, { é: true }] },
    type: 'json',
    value: '{"a":[1,null,{"é":true}]}',
  },
  { name: 'boolean', plaintext: true, type: 'boolean', value: true },
];

const rowIds: readonly { readonly idType: RowIdType; readonly rowId: RowId; readonly inJson: string }[] = [
  { idType: 'integer', rowId: -7, inJson: '-7' },
  { idType: 'integer', rowId: 2n ** 80n, inJson: String(2n ** 80n) },
  { idType: 'text', rowId: 'straße', inJson: 'straße' },
  {
    idType: 'uuid',
    rowId: '0190B2C3-0000-7000-8000-00000000abcd',
    inJson: '0190b2c3-0000-7000-8000-00000000abcd',
  },
  { idType: 'bytes', rowId: Uint8Array.of(0, 1, 254), inJson: '0001fe' },
];

/** Around the length of a chunk. */
const streamLengths = [0, 1, 16_383, 16_384, 16_385, 50_000];

async function makeCiphertexts(backend: CryptoBackend): Promise<unknown> {
  const serviceKey = randomBytes(32);
  const wrappingKey = await backend.wrappingKey(SecretBytes.take(Uint8Array.from(serviceKey)));
  const keyReference = backend.randomBytes(8);
  const fresh = await backend.createDataKey();
  const wrapped = await wrappingKey.wrap(fresh.secret, {
    purpose: 'data-key',
    tenant,
    scope,
    keyReference,
    version: 0,
    parentVersion,
    commitment: fresh.commitment,
  });
  const sealer = await fresh.wrappedAs({ keyReference, wrapped });
  fresh[Symbol.dispose]();

  const cases: unknown[] = [];
  const context = { card: '42', '🔑': '1', '￮': '2' };
  for (const { name, plaintext, type, value } of samples) {
    const options = { tenant, scope, context };
    const sealed = await sealer.sealValue(plaintext, prepareValueContext(options));
    cases.push({ form: 'value', name, options, type, value, text: backend.encodeText(sealed) });
  }
  for (const { idType, rowId, inJson } of rowIds) {
    const options = { tenant, scope, table: 'people', field: 'ssn', idType, context };
    const sealed = await sealer.sealField('078-05-1120', prepareFieldContext(options), rowId);
    cases.push({
      form: 'field',
      name: `${idType} ${inJson}`,
      options: { ...options, rowId: inJson },
      type: 'text',
      value: '078-05-1120',
      text: backend.encodeText(sealed),
    });
  }
  for (const contentByteLength of streamLengths) {
    const options = { tenant, scope, context };
    const content = Uint8Array.from({ length: contentByteLength }, (_, i) => 7 * i + Math.floor(i / 16_384));
    const stream = new Blob([content])
      .stream()
      .pipeThrough(sealStream({ backend, sealer, context: prepareStreamContext(options) }));
    const sealed = new Uint8Array(await new Response(stream).arrayBuffer());
    cases.push({
      form: 'stream',
      name: `${contentByteLength} bytes`,
      options,
      contentByteLength,
      text: backend.encodeText(sealed),
    });
  }
  return {
    backend: backend.name,
    serviceKey: serviceKey.toString('hex'),
    tenant,
    scope,
    parentVersion,
    header: backend.encodeText(sealer.recordHeader()),
    cases,
  };
}

const backends: Readonly<Record<string, CryptoBackend>> = { node: nodeBackend, web: webBackend };
const backend = backends[process.argv[2] ?? 'node'];
if (backend === undefined) throw new Error(`The backends are ${Object.keys(backends).join(' and ')}.`);
process.stdout.write(JSON.stringify(await makeCiphertexts(backend)));
