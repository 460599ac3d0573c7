import { describe, expect, it } from 'vitest';
import {
  type DataKeyHeader,
  dataKeyHeader,
  encodeRecordHeader,
  parseValue,
  rewrappedValue,
} from '../src/index.ts';
import { codeOf, newDataKey } from './backend-fixtures.ts';
import { backends } from './backends.ts';
import { fieldContext, hex, valueContext } from './fixtures.ts';

describe.each(backends)('a rewrapped value, %s', (_name, backend) => {
  const rewrappedHeader = ({ commitment }: DataKeyHeader): DataKeyHeader =>
    dataKeyHeader({ keyReference: backend.randomBytes(8), wrapped: backend.randomBytes(60) }, commitment);

  it('is the same value under another header: nothing of the ciphertext is touched', async () => {
    const { sealer, header, secret } = await newDataKey(backend);
    const value = Buffer.from(await sealer.sealValue('4111', valueContext));
    const before = hex(value);
    const next = rewrappedHeader(header);
    const rewrapped = rewrappedValue(value, next);
    expect(hex(value)).toBe(before);
    expect(hex(rewrapped)).toBe(`f5${hex(next.bytes)}${before.slice(2 * 102)}`);
    expect(Object.getPrototypeOf(rewrapped)).toBe(Uint8Array.prototype);
    using opener = await backend.openDataKey(parseValue(rewrapped).header, secret.clone());
    expect(await opener.openValue(rewrapped, valueContext)).toBe('4111');
    expect(await codeOf(() => opener.openValue(value, valueContext))).toBe('integrity_check_failed');
  });

  it('leaves the fields of a record as they are: its header alone is written anew', async () => {
    const { sealer, header, secret } = await newDataKey(backend);
    const field = await sealer.sealField('4111', fieldContext(), 7);
    const next = rewrappedHeader(header);
    expect(hex(encodeRecordHeader(next))).toBe(`f6${hex(next.bytes)}`);
    using opener = await backend.openDataKey(next, secret.clone());
    expect(await opener.openField(field, fieldContext(), 7)).toBe('4111');
  });

  it('is refused under the header of another data key, and of another suite', async () => {
    const { sealer, header } = await newDataKey(backend);
    const other = await newDataKey(backend);
    const value = await sealer.sealValue('4111', valueContext);
    expect(await codeOf(() => rewrappedValue(value, other.header))).toBe('commitment_mismatch');
    for (let at = 69; at < 101; at++) {
      const bytes = Uint8Array.from(rewrappedHeader(header).bytes);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(await codeOf(() => rewrappedValue(value, { bytes }))).toBe('commitment_mismatch');
    }
    const bytes = rewrappedHeader(header).bytes.with(0, 2);
    expect(await codeOf(() => rewrappedValue(value, { bytes }))).toBe('unsupported_format');
    expect(await codeOf(() => rewrappedValue(value.with(1, 2), header))).toBe('unsupported_format');
  });

  it('is made of a value and a header only', async () => {
    const { sealer, header } = await newDataKey(backend);
    const value = await sealer.sealValue('', valueContext);
    const field = await sealer.sealField(new Uint8Array(200), fieldContext(), 7);
    expect(await codeOf(() => rewrappedValue(value.subarray(0, 130), header))).toBe('truncated_ciphertext');
    expect(await codeOf(() => rewrappedValue(field, header))).toBe('not_keyfold_ciphertext');
    expect(await codeOf(() => rewrappedValue(sealer.recordHeader(), header))).toBe('not_keyfold_ciphertext');
    expect(await codeOf(() => rewrappedValue(value, { bytes: header.bytes.subarray(1) }))).toBe(
      'invalid_argument',
    );
  });
});
