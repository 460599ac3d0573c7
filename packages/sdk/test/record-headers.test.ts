import { parseRecordHeader } from '@keyfold/crypto-core';
import { nodeBackend } from '@keyfold/crypto-core/node';
import { describe, expect, it } from 'vitest';
import { integerId, text } from '../src/index.ts';
import { RecordHeaders } from '../src/record-headers.ts';
import { globex } from './support/cache-bench.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const schema = { id: integerId('id'), fields: { ssn: text() } } as const;
const headerByteLength = 102;

function newSealer() {
  using fresh = nodeBackend.createDataKey();
  const wrapping = { keyReference: nodeBackend.randomBytes(8), wrapped: nodeBackend.randomBytes(60) };
  return fresh.wrappedAs(wrapping);
}

/** A copy with one bit flipped. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x80;
  return copy;
}

/** A table that has just opened a row. */
async function warm() {
  const bench = serviceBench();
  const row = await bench.elsewhere().table('people', schema).encrypt({ id: 7, ssn: 'x' });
  const people = bench.serviceKeys().table('people', schema);
  await people.decrypt(row);
  return { ...bench, people, row };
}

describe('headers of rows', () => {
  it('are one object while they are the same, and what parsing gives', () => {
    const [first, second] = [newSealer().recordHeader(), newSealer().recordHeader()];
    const headers = new RecordHeaders();
    const header = headers.of(first);
    expect(headers.of(Buffer.from(first))).toBe(header);
    expect(header).toEqual(parseRecordHeader(first));
    expect(headers.of(second)).toEqual(parseRecordHeader(second));
    expect(headers.of(first)).toEqual(header);
  });

  it('are read out of memory that the caller may write to again', () => {
    const [first, second] = [newSealer().recordHeader(), newSealer().recordHeader()];
    const headers = new RecordHeaders();
    const memory = Buffer.from(first);
    const header = headers.of(memory);
    memory.set(second);
    expect(header).toEqual(parseRecordHeader(first));
    expect(headers.of(memory)).toEqual(parseRecordHeader(second));
  });

  it('are written for the caller to keep: what he does to one changes no other', () => {
    const [sealer, other] = [newSealer(), newSealer()];
    const headers = new RecordHeaders();
    headers.writtenBy(sealer).fill(0);
    expect(Buffer.from(headers.writtenBy(sealer))).toEqual(Buffer.from(sealer.recordHeader()));
    expect(Buffer.from(headers.writtenBy(other))).toEqual(Buffer.from(other.recordHeader()));
    expect(Buffer.from(headers.writtenBy(sealer))).toEqual(Buffer.from(sealer.recordHeader()));
  });
});

describe('a row after one with the same header', () => {
  it('is refused as before when its header is cut, too long or something else, and nothing is asked for', async () => {
    const { people, row, keyService } = await warm();
    const longer = Buffer.concat([row.keyfold, Uint8Array.of(0)]);
    const cases = [
      [row.keyfold.subarray(0, 101), 'truncated_ciphertext'],
      [longer, 'non_canonical_encoding'],
      [changed(row.keyfold, 0), 'not_keyfold_ciphertext'],
      [new Uint8Array(0), 'not_keyfold_ciphertext'],
    ] as const;
    for (const [keyfold, code] of cases) {
      expect(await rejection(people.decrypt({ ...row, keyfold }))).toMatchObject({ code });
    }
    expect(keyService.countOf('unwrapDataKeys')).toBe(1);
  });

  it('is refused when any one byte of its header is another', async () => {
    const { people, row } = await warm();
    const codes = new Set<unknown>();
    for (let at = 1; at < headerByteLength; at++) {
      expect(await people.decrypt(row)).toEqual({ id: 7, ssn: 'x' });
      const error = await rejection(people.decrypt({ ...row, keyfold: changed(row.keyfold, at) }));
      codes.add((error as { readonly code?: unknown }).code);
    }
    expect(codes).toEqual(new Set(['unsupported_format', 'key_reference_not_found', 'key_unwrap_failed']));
  });

  it('is refused to another tenant, byte for byte the same', async () => {
    const { people, row, serviceKeys } = await warm();
    const theirs = serviceKeys(globex).table('people', schema);
    expect(await rejection(theirs.decrypt(row))).toMatchObject({ code: 'key_reference_not_found' });
    expect(await people.decrypt(row)).toEqual({ id: 7, ssn: 'x' });
  });
});
