import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dataKeyHeader,
  encodeRecordHeader,
  type KeyPlace,
  parseRecordHeader,
  SecretBytes,
} from '../src/index.ts';
import { encodeKeyPlace } from '../src/key-place.ts';
import { nodeBackend } from '../src/node/index.ts';
import { backends } from './backends.ts';
import { billing, codeOf, fieldContext, hex, valueContext } from './fixtures.ts';

const place: KeyPlace = {
  purpose: 'service-key',
  tenant: 'acme',
  scope: billing,
  keyReference: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  version: 2,
  parentVersion: 1,
};

describe('a wrapping key', () => {
  const key = nodeBackend.wrappingKey(SecretBytes.random(32));

  it('takes its key, whether or not it can be one', () => {
    const good = SecretBytes.random(32);
    nodeBackend.wrappingKey(good);
    const short = SecretBytes.random(16);
    expect(codeOf(() => nodeBackend.wrappingKey(short))).toBe('invalid_argument');
    expect([good.disposed, short.disposed]).toEqual([true, true]);
  });

  it.each([16, 32, 64])('wraps a key of %i bytes with 28 more, and leaves it to its owner', (byteLength) => {
    const secret = SecretBytes.random(byteLength);
    const wrapped = key.wrap(secret, place);
    expect(wrapped).toHaveLength(byteLength + 28);
    expect(secret.disposed).toBe(false);
    const unwrapped = key.unwrap(wrapped, place);
    expect(unwrapped.reveal()).toEqual(secret.reveal());
    expect(unwrapped.reveal().buffer.byteLength).toBe(byteLength);
  });

  it.each([0, 1, 15, 65])('refuses to wrap %i bytes', (byteLength) => {
    expect(codeOf(() => key.wrap(SecretBytes.random(byteLength), place))).toBe('invalid_argument');
  });

  it('fails for each single bit, truncation and extension', () => {
    const wrapped = key.wrap(SecretBytes.random(32), place);
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = Uint8Array.from(wrapped);
      flipped[bit >> 3] = (wrapped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(codeOf(() => key.unwrap(flipped, place))).toBe('key_unwrap_failed');
    }
    for (let length = 0; length < wrapped.length; length++) {
      expect(codeOf(() => key.unwrap(wrapped.subarray(0, length), place))).toBe('key_unwrap_failed');
    }
    expect(codeOf(() => key.unwrap(Uint8Array.of(...wrapped, 0), place))).toBe('key_unwrap_failed');
  });

  it.each([
    ['another purpose', { purpose: 'tenant-key' }],
    ['another tenant', { tenant: 'globex' }],
    ['another service', { scope: { kind: 'service', id: 'hr' } }],
    ['another kind of scope', { scope: { kind: 'user', id: 'billing' } }],
    ['another reference', { keyReference: new Uint8Array(8) }],
    ['another version', { version: 1 }],
    ['another parent version', { parentVersion: 2 }],
  ] as const)('does not unwrap at %s', (_, changes) => {
    const wrapped = key.wrap(SecretBytes.random(32), place);
    expect(codeOf(() => key.unwrap(wrapped, { ...place, ...changes }))).toBe('key_unwrap_failed');
  });

  it('does not unwrap a data key whose commitment was changed', () => {
    const commitment = new Uint8Array(32);
    const data: KeyPlace = { ...place, purpose: 'data-key', commitment };
    const wrapped = key.wrap(SecretBytes.random(32), data);
    expect(key.unwrap(wrapped, data).byteLength).toBe(32);
    const changed: KeyPlace = { ...data, commitment: new Uint8Array(32).fill(1) };
    expect(codeOf(() => key.unwrap(wrapped, changed))).toBe('key_unwrap_failed');
  });

  it('does not unwrap what another key wrapped', () => {
    const other = nodeBackend.wrappingKey(SecretBytes.random(32));
    expect(codeOf(() => other.unwrap(key.wrap(SecretBytes.random(32), place), place))).toBe(
      'key_unwrap_failed',
    );
  });

  it('never wraps to the same bytes twice', () => {
    const secret = SecretBytes.random(32);
    expect(key.wrap(secret, place)).not.toEqual(key.wrap(secret, place));
  });

  it('refuses a disposed key, and work after its own disposal', () => {
    const disposed = SecretBytes.random(32);
    disposed.dispose();
    expect(codeOf(() => key.wrap(disposed, place))).toBe('secret_disposed');
    const own = nodeBackend.wrappingKey(SecretBytes.random(32));
    const wrapped = own.wrap(SecretBytes.random(32), place);
    own[Symbol.dispose]();
    expect(codeOf(() => own.wrap(SecretBytes.random(32), place))).toBe('secret_disposed');
    expect(codeOf(() => own.unwrap(wrapped, place))).toBe('secret_disposed');
  });
});

describe.each(backends)('a rewrap on %s', (_name, backend) => {
  it('moves a record and a value to another version of their parent, and touches no ciphertext', async () => {
    const scope = { kind: 'service', id: 'billing' } as const;
    const place = (parentVersion: number, keyReference: Uint8Array, commitment: Uint8Array) =>
      ({
        purpose: 'data-key',
        tenant: 'acme',
        scope,
        keyReference,
        version: 0,
        parentVersion,
        commitment,
      }) as const;
    const [old, next] = [
      await backend.wrappingKey(SecretBytes.random(32)),
      await backend.wrappingKey(SecretBytes.random(32)),
    ];
    const references = [backend.randomBytes(8), backend.randomBytes(8)] as const;
    const fresh = await backend.createDataKey();
    const { commitment } = fresh;
    const before = place(1, references[0], commitment);
    const wrapped = await old.wrap(fresh.secret, before);
    const sealer = await fresh.wrappedAs({ keyReference: references[0], wrapped });
    const field = await sealer.sealField('078-05-1120', fieldContext(), 7);
    const value = await sealer.sealValue('4111', valueContext);

    const after = place(2, references[1], commitment);
    using secret = await old.unwrap(wrapped, before);
    const rewrapped = await next.wrap(secret, after);
    const header = dataKeyHeader({ keyReference: references[1], wrapped: rewrapped }, commitment);
    const newValue = Uint8Array.from(value);
    newValue.set(header.bytes, 1);

    const stored = parseRecordHeader(encodeRecordHeader(header));
    const opener = await backend.openDataKey(stored, await next.unwrap(stored.wrapped, after));
    expect(await opener.openField(field, fieldContext(), 7)).toBe('078-05-1120');
    expect(await opener.openValue(newValue, valueContext)).toBe('4111');
    expect(newValue.subarray(102)).toEqual(new Uint8Array(value.subarray(102)));
    await expect(async () => next.unwrap(rewrapped, before)).rejects.toMatchObject({
      code: 'key_unwrap_failed',
    });
  });
});

describe("a key's place", () => {
  it.each([
    ['an unknown purpose', { purpose: 'toString' }],
    ['a reference of 7 bytes', { keyReference: new Uint8Array(7) }],
    ['a negative version', { version: -1 }],
    ['a version past 32 bits', { version: 2 ** 32 }],
    ['a fractional parent version', { parentVersion: 0.5 }],
    ['a commitment where there is none', { commitment: new Uint8Array(32) }],
    ['a data key without commitment', { purpose: 'data-key' }],
    ['a commitment of 31 bytes', { purpose: 'data-key', commitment: new Uint8Array(31) }],
  ])('is refused with %s', (_, changes) => {
    // @ts-expect-error what a caller without types may pass
    expect(codeOf(() => encodeKeyPlace({ ...place, ...changes }))).toBe('invalid_argument');
  });

  it('is refused without the tenant or id that its scope needs', () => {
    expect(codeOf(() => encodeKeyPlace({ ...place, tenant: '' }))).toBe('invalid_encryption_context');
    expect(codeOf(() => encodeKeyPlace({ ...place, scope: { kind: 'service', id: '' } }))).toBe(
      'invalid_encryption_context',
    );
  });

  it('is the same for the same place, and for no other', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é'), minLength: 1, maxLength: 3 });
    const version = fc.constantFrom(0, 1, 255, 256, 65_536, 2 ** 32 - 1);
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(
        fc.record({
          purpose: fc.constantFrom('tenant-key' as const, 'service-key' as const),
          tenant: name,
          scope: fc.oneof(
            fc.constant({ kind: 'tenant' as const }),
            fc.record({ kind: fc.constantFrom('service' as const, 'user' as const), id: name }),
          ),
          version,
          parentVersion: version,
        }),
        (any) => {
          const encoded = hex(encodeKeyPlace(any));
          expect(seen.get(encoded) ?? JSON.stringify(any)).toBe(JSON.stringify(any));
          seen.set(encoded, JSON.stringify(any));
        },
      ),
      { numRuns: 5_000 },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });
});
