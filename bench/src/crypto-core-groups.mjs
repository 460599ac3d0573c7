import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { prepareFieldContext, prepareValueContext } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { binding, dataKeyPair, prepared } from './keyfold.mjs';
import { createFloor, createReference } from './reference.mjs';
import { plaintexts, sizes } from './sizes.mjs';

const rowId = 1_234_567;
const reference = createReference();
const { sealer, opener } = await dataKeyPair(nodeBackend);
const noBytes = Buffer.alloc(0);
// Between the 30 B that crypto-core authenticates for the value and the 44 B for the field; what it puts before a nonce.
const withAad = createFloor(randomBytes(34), noBytes);
const withHeader = createFloor(randomBytes(34), randomBytes(102));

const bufferTarget = (byteLength) => (byteLength <= 1024 ? 1.1 : 1.03);
/** Stated for sealing, up to 1 KB. */
const textTarget = (byteLength) => (byteLength <= 64 ? 1.3 : byteLength <= 1024 ? 1.45 : undefined);

/** What a row with ten encrypted columns has. */
const recordFields = Array.from({ length: 10 }, (_, i) =>
  prepareFieldContext({ ...binding.field, field: `column_${i}` }),
);

function sealRecord(recordSealer, plaintext) {
  const sealed = recordFields.map((field) => recordSealer.sealField(plaintext, field, rowId));
  sealed.push(recordSealer.recordHeader());
  return sealed;
}

function sealRecordUnderFreshKey(wrapping, plaintext) {
  const fresh = nodeBackend.createDataKey();
  const recordSealer = fresh.wrappedAs(wrapping);
  fresh[Symbol.dispose]();
  const sealed = sealRecord(recordSealer, plaintext);
  recordSealer[Symbol.dispose]();
  return sealed;
}

function openRecord(recordOpener, fields) {
  return recordFields.map((field, i) => recordOpener.openField(fields[i], field, rowId));
}

function tenTimes(run) {
  return () => {
    for (let i = 0; i < 10; i++) run();
  };
}

export const cryptoCoreGroups = [
  {
    title: 'Seal, Buffer → Buffer, prepared context',
    sizes,
    contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const target = bufferTarget(byteLength);
      return [
        { name: 'reference', run: () => reference.seal(bytes) },
        { name: 'floor: reference + 34 B authenticated data', run: () => withAad.seal(bytes) },
        { name: 'floor: the same + 102 B header copied', run: () => withHeader.seal(bytes) },
        { name: 'crypto-core, value', target, run: () => sealer.sealValue(bytes, prepared.value) },
        { name: 'crypto-core, field', target, run: () => sealer.sealField(bytes, prepared.field, rowId) },
        {
          name: 'crypto-core, value, context built per call',
          run: () => sealer.sealValue(bytes, prepareValueContext(binding.value)),
        },
        {
          name: 'crypto-core, field, context built per call',
          run: () => sealer.sealField(bytes, prepareFieldContext(binding.field), rowId),
        },
      ];
    },
  },
  {
    title: 'Open, Buffer → Buffer, prepared context',
    sizes,
    contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const target = bufferTarget(byteLength);
      const plain = reference.seal(bytes);
      const aadOnly = withAad.seal(bytes);
      const whole = withHeader.seal(bytes);
      const value = sealer.sealValue(bytes, prepared.value);
      const field = sealer.sealField(bytes, prepared.field, rowId);
      return [
        { name: 'reference', run: () => reference.open(plain) },
        { name: 'floor: reference + 34 B authenticated data', run: () => withAad.open(aadOnly) },
        { name: 'floor: the same + 102 B header compared', run: () => withHeader.open(whole) },
        { name: 'crypto-core, value', target, run: () => opener.openValue(value, prepared.value) },
        { name: 'crypto-core, field', target, run: () => opener.openField(field, prepared.field, rowId) },
        {
          name: 'crypto-core, value, context built per call',
          run: () => opener.openValue(value, prepareValueContext(binding.value)),
        },
        {
          name: 'crypto-core, field, context built per call',
          run: () => opener.openField(field, prepareFieldContext(binding.field), rowId),
        },
      ];
    },
  },
  {
    title: 'String → text token (reference: Buffer → Buffer)',
    sizes,
    contenders(byteLength) {
      const { bytes, text } = plaintexts(byteLength);
      const target = textTarget(byteLength);
      return [
        { name: 'reference', run: () => reference.seal(bytes) },
        {
          name: 'floor: UTF-8, reference + AAD, base64url',
          run: () => withAad.seal(Buffer.from(text)).toString('base64url'),
        },
        {
          name: 'floor: the same + 102 B header',
          run: () => withHeader.seal(Buffer.from(text)).toString('base64url'),
        },
        {
          name: 'crypto-core, value',
          target,
          run: () => nodeBackend.encodeText(sealer.sealValue(text, prepared.value)),
        },
        {
          name: 'crypto-core, field',
          target,
          run: () => nodeBackend.encodeText(sealer.sealField(text, prepared.field, rowId)),
        },
      ];
    },
  },
  {
    title: 'Text token → string (reference: Buffer → Buffer)',
    sizes,
    contenders(byteLength) {
      const { bytes, text } = plaintexts(byteLength);
      const plain = reference.seal(bytes);
      const aadOnly = withAad.seal(Buffer.from(text)).toString('base64url');
      const whole = withHeader.seal(Buffer.from(text)).toString('base64url');
      const value = nodeBackend.encodeText(sealer.sealValue(text, prepared.value));
      const field = nodeBackend.encodeText(sealer.sealField(text, prepared.field, rowId));
      return [
        { name: 'reference', run: () => reference.open(plain) },
        {
          name: 'floor: base64url, reference + AAD, UTF-8',
          run: () => withAad.open(Buffer.from(aadOnly, 'base64url')).toString(),
        },
        {
          name: 'floor: the same + 102 B header',
          run: () => withHeader.open(Buffer.from(whole, 'base64url')).toString(),
        },
        {
          name: 'crypto-core, value',
          run: () => opener.openValue(nodeBackend.decodeText(value), prepared.value),
        },
        {
          name: 'crypto-core, field',
          run: () => opener.openField(nodeBackend.decodeText(field), prepared.field, rowId),
        },
      ];
    },
  },
  {
    title: 'Record of ten fields (reference: ten of its own)',
    sizes: new Map([
      ['16 B', 16],
      ['64 B', 64],
      ['1 KB', 1024],
    ]),
    contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const wrapping = { keyReference: randomBytes(8), wrapped: randomBytes(60) };
      return [
        { name: 'reference, seal', run: tenTimes(() => reference.seal(bytes)) },
        { name: 'crypto-core, shared data key', target: 1.3, run: () => sealRecord(sealer, bytes) },
        {
          name: 'crypto-core, fresh data key',
          target: 1.6,
          run: () => sealRecordUnderFreshKey(wrapping, bytes),
        },
      ];
    },
  },
  {
    title: 'Opening a record of ten fields (reference: ten of its own)',
    sizes: new Map([
      ['16 B', 16],
      ['64 B', 64],
      ['1 KB', 1024],
    ]),
    contenders(byteLength) {
      const { bytes } = plaintexts(byteLength);
      const plain = reference.seal(bytes);
      const fields = sealRecord(sealer, bytes);
      const fresh = nodeBackend.createDataKey();
      const { header } = fresh.wrappedAs({ keyReference: randomBytes(8), wrapped: randomBytes(60) });
      const own = sealRecord(sealer, bytes);
      return [
        { name: 'reference, open', run: tenTimes(() => reference.open(plain)) },
        { name: 'crypto-core, data key at hand', run: () => openRecord(opener, fields) },
        {
          name: 'crypto-core, data key derived and its commitment verified first',
          run() {
            nodeBackend.openDataKey(header, fresh.secret.clone())[Symbol.dispose]();
            return openRecord(opener, own);
          },
        },
      ];
    },
  },
];
