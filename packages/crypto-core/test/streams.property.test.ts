import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStream, sealStream } from '../src/index.ts';
import { byteTransform } from '../src/streams/byte-transform.ts';
import { StreamSealer } from '../src/streams/seal-stream.ts';
import { backends } from './backends.ts';
import { content, opened, sealed, sizes, streamContext, streamKeys, through } from './stream-fixtures.ts';

const context = streamContext();

/** Cuts `bytes` at the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  return [0, ...sorted].map((from, i) => bytes.subarray(from, sorted[i] ?? bytes.byteLength));
}

function* byteByByte(bytes: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < bytes.byteLength; i++) yield bytes.subarray(i, i + 1);
}

describe.each(backends)('streams by the backend %s', (_, backend) => {
  it('are the same however they are written', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const salt = backend.randomBytes(24);
    const sealing = () => byteTransform(new StreamSealer({ backend, sealer, context }, salt));
    const opening = () => openStream({ backend, opener, context });
    const cuts = fc
      .constantFrom(...sizes)
      .chain((size) =>
        fc.tuple(fc.constant(size), fc.array(fc.nat({ max: size })), fc.array(fc.nat({ max: size + 158 }))),
      );
    await fc.assert(
      fc.asyncProperty(cuts, async ([size, plainCuts, sealedCuts]) => {
        const whole = await through(sealing(), [content(size)]);
        const pieces = await through(sealing(), cutAt(content(size), plainCuts));
        expect(Buffer.compare(pieces.bytes, whole.bytes)).toBe(0);
        const back = await through(opening(), cutAt(whole.bytes, sealedCuts));
        expect(back.error).toBeUndefined();
        expect(Buffer.compare(back.bytes, content(size))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('are the same written byte by byte', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const salt = backend.randomBytes(24);
    for (const size of [0, 1, 16_383, 16_384, 16_385]) {
      const sealing = () => byteTransform(new StreamSealer({ backend, sealer, context }, salt));
      const whole = await through(sealing(), [content(size)]);
      const single = await through(sealing(), byteByByte(content(size)));
      expect(Buffer.compare(single.bytes, whole.bytes)).toBe(0);
      const back = await through(openStream({ backend, opener, context }), byteByByte(whole.bytes));
      expect(back.error).toBeUndefined();
      expect(Buffer.compare(back.bytes, content(size))).toBe(0);
    }
  });

  it('cut anywhere, or with any bit flipped, fail and give authentic chunks only', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const plaintext = content(33_000);
    const stream = await sealed(backend, sealer, plaintext);
    const boundaries = [0, 1, 157, 158, 173, 174, 16_557, 16_558, 16_573, 16_574, 32_957, 32_958, 32_974];
    const place = fc.oneof(
      fc.nat({ max: stream.byteLength - 1 }),
      fc.nat({ max: 200 }),
      fc.constantFrom(...boundaries),
    );
    const damage = fc.tuple(place, fc.option(fc.nat({ max: 7 })));
    await fc.assert(
      fc.asyncProperty(damage, async ([at, bit]) => {
        const damaged = bit === null ? stream.slice(0, at) : stream.slice();
        if (bit !== null) damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        const { bytes, code } = await opened(backend, opener, damaged);
        const expected =
          bit === null
            ? ['not_keyfold_ciphertext', 'truncated_ciphertext', 'integrity_check_failed']
            : [['not_keyfold_ciphertext', 'unsupported_format'][at] ?? 'integrity_check_failed'];
        expect(expected).toContain(code);
        expect(bytes.byteLength).toBe(Math.max(0, Math.floor((at - 158) / 16_400)) * 16_384);
        expect(Buffer.compare(bytes, plaintext.subarray(0, bytes.byteLength))).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('of arbitrary bytes fail with their own errors', async () => {
    const { opener } = await streamKeys(backend);
    const head = Uint8Array.of(0xf8, 1);
    const arbitrary = fc
      .tuple(fc.boolean(), fc.uint8Array({ maxLength: 400 }))
      .map(([stream, bytes]) => (stream ? new Uint8Array([...head, ...bytes]) : bytes));
    await fc.assert(
      fc.asyncProperty(arbitrary, async (bytes) => {
        const result = await opened(backend, opener, bytes);
        expect(result.bytes.byteLength).toBe(0);
        expect([
          'not_keyfold_ciphertext',
          'truncated_ciphertext',
          'unsupported_format',
          'integrity_check_failed',
        ]).toContain(result.code);
      }),
      { numRuns: 300 },
    );
  });

  it('of different contexts never open for each other', async () => {
    const { sealer, opener } = await streamKeys(backend);
    const entries = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(entries, entries, async (a, b) => {
        const stream = await sealed(backend, sealer, content(10), streamContext(a));
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        const { code } = await opened(backend, opener, stream, streamContext(b));
        expect(code).toBe(same ? undefined : 'integrity_check_failed');
      }),
      { numRuns: 40 },
    );
  });

  it('have salts of their own', async () => {
    const { sealer } = await streamKeys(backend);
    const salts = new Set<string>();
    for (let i = 0; i < 256; i++) {
      const { bytes } = await through(sealStream({ backend, sealer, context }), []);
      salts.add(Buffer.from(bytes.subarray(102, 126)).toString('hex'));
    }
    expect(salts.size).toBe(256);
  });
});
