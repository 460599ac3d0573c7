import { parseValue } from '@keyfold/crypto-core';
import { describe, expect, it } from 'vitest';
import { ValueHeaders } from '../src/value-headers.ts';
import { billing, cacheBench, globex } from './support/cache-bench.ts';
import { rejection } from './support/settle.ts';
import { serviceBench } from './support/table-bench.ts';

const context = { card: '42' };
const headerBytes = 101;

describe('headers of values', () => {
  it('are one object while they are the same, and what parsing gives', async () => {
    const { sealElsewhere } = cacheBench();
    const [first, second] = [(await sealElsewhere()).bytes, (await sealElsewhere()).bytes];
    const headers = new ValueHeaders();
    const header = headers.of(first);
    expect(headers.of(Uint8Array.from(first))).toBe(header);
    expect(header).toEqual(parseValue(first).header);
    expect(headers.of(second)).toEqual(parseValue(second).header);
    expect(headers.of(first)).toEqual(header);
  });

  it('are read out of memory that the caller may write to again', async () => {
    const { sealElsewhere } = cacheBench();
    const [first, second] = [(await sealElsewhere()).bytes, (await sealElsewhere()).bytes];
    const headers = new ValueHeaders();
    const memory = Buffer.from(first);
    const header = headers.of(memory);
    memory.set(second);
    expect(header).toEqual(parseValue(first).header);
    expect(headers.of(memory)).toEqual(parseValue(second).header);
  });
});

describe('a value after one with the same header', () => {
  it('is refused as before when it is cut or is something else, and nothing is asked for', async () => {
    const { keys, bytes, keyService } = await warm();
    const cut = { code: 'truncated_ciphertext' };
    expect(await rejection(keys.decrypt(bytes.subarray(0, 130), { context }))).toMatchObject(cut);
    expect(await rejection(keys.decrypt(bytes.subarray(0, 102), { context }))).toMatchObject(cut);
    const foreign = changed(bytes, 0);
    const other = { code: 'not_keyfold_ciphertext' };
    expect(await rejection(keys.decrypt(foreign, { context }))).toMatchObject(other);
    expect(keyService.countOf('unwrapDataKeys')).toBe(1);
  });

  it('is refused when any one byte of its header is another', async () => {
    const { keys, bytes } = await warm();
    const codes = new Set<unknown>();
    for (let at = 1; at <= headerBytes; at++) {
      expect(await keys.decrypt(bytes, { context })).toBe('plaintext');
      const error = await rejection(keys.decrypt(changed(bytes, at), { context }));
      codes.add((error as { readonly code?: unknown }).code);
    }
    expect(codes).toEqual(new Set(['unsupported_format', 'key_reference_not_found', 'key_unwrap_failed']));
  });

  it('is refused under another context, and when its content was changed', async () => {
    const { keys, bytes } = await warm();
    const wrong = { code: 'integrity_check_failed' };
    expect(await rejection(keys.decrypt(bytes, { context: { card: '43' } }))).toMatchObject(wrong);
    for (const at of [headerBytes + 1, bytes.length - 17, bytes.length - 1]) {
      expect(await rejection(keys.decrypt(changed(bytes, at), { context }))).toMatchObject(wrong);
    }
    expect(await keys.decrypt(bytes, { context })).toBe('plaintext');
  });

  it('is refused to another tenant, byte for byte the same', async () => {
    const { keys, bytes, serviceKeys } = await warm();
    const theirs = serviceKeys(globex);
    const unknown = { code: 'key_reference_not_found' };
    expect(await rejection(theirs.decrypt(bytes, { context }))).toMatchObject(unknown);
    expect(await keys.decrypt(bytes, { context })).toBe('plaintext');
    expect(await rejection(theirs.decrypt(bytes, { context }))).toMatchObject(unknown);
  });

  it('needs its key to be asked for again once that was purged, or its lease has ended', async () => {
    const { keys, bytes, cache, keyService, time } = await warm();
    keyService.down = true;
    expect(await keys.decrypt(bytes, { context })).toBe('plaintext');
    cache.purge('scope', billing);
    const down = { code: 'connection_failed' };
    expect(await rejection(keys.decrypt(bytes, { context }))).toMatchObject(down);
    keyService.down = false;
    expect(await keys.decrypt(bytes, { context })).toBe('plaintext');
    keyService.down = true;
    time.advance(60_000);
    expect(await rejection(keys.decrypt(bytes, { context }))).toMatchObject(down);
  });

  it('is refused when its key is gone, and by a closed client', async () => {
    const { keys, bytes, cache, openers } = await warm();
    for (const opener of openers) opener[Symbol.dispose]();
    expect(await rejection(keys.decrypt(bytes, { context }))).toMatchObject({ code: 'secret_disposed' });
    cache.close();
    expect(await rejection(keys.decrypt(bytes, { context }))).toMatchObject({ code: 'client_closed' });
  });
});

/** Service keys that have just opened a value. */
async function warm() {
  const bench = serviceBench();
  const bytes = await bench.elsewhere().encryptBytes('plaintext', { context });
  const keys = bench.serviceKeys();
  await keys.decrypt(bytes, { context });
  return { ...bench, keys, bytes };
}

/** A copy with one bit flipped. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x80;
  return copy;
}
