import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, FrameError, type FrameFault, limits } from '../src/index.ts';

const utf8 = new TextEncoder();

/** Lays parts out as a frame does, with lengths that may lie. */
function layOut(parts: readonly { length?: number; bytes: Uint8Array }[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap(({ bytes, length = bytes.byteLength }) => {
      const prefix = new Uint8Array(4);
      new DataView(prefix.buffer).setUint32(0, length);
      return [...prefix, ...bytes];
    }),
  );
}

function faultOf(act: () => unknown): FrameFault {
  try {
    act();
  } catch (error) {
    if (error instanceof FrameError) return error.fault;
    throw error;
  }
  throw new Error('nothing was refused');
}

it('a frame is read whatever was wrong with the one before it', () => {
  const cut = encodeFrame({ text: '\u{1f600}' }, []);
  // Half of a character at the end of its JSON.
  const broken = Uint8Array.of(0, 0, 0, 3, 0x22, 0xf0, 0x9f);
  expect(() => decodeFrame(broken)).toThrow(FrameError);
  expect(decodeFrame(cut).json).toEqual({ text: '\u{1f600}' });
});

describe('a frame', () => {
  it('carries JSON and attachments in the layout that the format states', () => {
    const frame = encodeFrame({ a: 1 }, [Uint8Array.of(1, 2), Uint8Array.of()]);
    expect([...frame]).toEqual([0, 0, 0, 7, ...utf8.encode('{"a":1}'), 0, 0, 0, 2, 1, 2, 0, 0, 0, 0]);
  });

  it('gives attachments as views of its own memory, so that wiping it wipes them', () => {
    const frame = encodeFrame(null, [Uint8Array.of(7, 7, 7)]);
    const [attachment] = decodeFrame(frame).attachments;
    frame.fill(0);
    expect([...(attachment ?? [])]).toEqual([0, 0, 0]);
  });

  it('owns its memory alone', () => {
    const frame = encodeFrame({}, [new Uint8Array(32)]);
    expect(frame.buffer.byteLength).toBe(frame.byteLength);
  });

  it('is read from the middle of a larger buffer', () => {
    const frame = encodeFrame({ a: 1 }, [Uint8Array.of(5)]);
    const larger = new Uint8Array(frame.byteLength + 20);
    larger.set(frame, 13);
    const { json, attachments } = decodeFrame(larger.subarray(13, 13 + frame.byteLength));
    expect({ json, attachments: attachments.map((bytes) => [...bytes]) }).toEqual({
      json: { a: 1 },
      attachments: [[5]],
    });
  });

  it('is refused by name when it does not follow the format', () => {
    const json = { bytes: utf8.encode('{}') };
    const cases: readonly [FrameFault, Uint8Array][] = [
      ['length_cut', Uint8Array.of()],
      ['length_cut', Uint8Array.of(0, 0, 0)],
      ['length_exceeds_frame', Uint8Array.of(0, 0, 0, 1)],
      ['length_exceeds_frame', layOut([{ length: 3, bytes: utf8.encode('{}') }])],
      ['length_exceeds_frame', layOut([json, { length: 0xffff_ffff, bytes: new Uint8Array(32) }])],
      ['length_exceeds_frame', layOut([json, { length: 33, bytes: new Uint8Array(32) }])],
      ['length_cut', Uint8Array.of(...layOut([json]), 0)],
      ['length_cut', Uint8Array.of(...layOut([json, { bytes: new Uint8Array(32) }]), 1, 2, 3)],
      ['length_cut', layOut([json, { length: 31, bytes: new Uint8Array(32) }])],
      ['json_not_utf8', layOut([{ bytes: Uint8Array.of(0x22, 0xff, 0x22) }])],
      ['json_not_utf8', layOut([{ bytes: Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22) }])],
      ['json_not_valid', layOut([{ bytes: Uint8Array.of() }])],
      ['json_not_valid', layOut([{ length: 1, bytes: utf8.encode('{') }])],
      ['json_not_valid', layOut([{ bytes: Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d) }])],
      [
        'too_many_attachments',
        layOut([json, ...Array.from({ length: 501 }, () => ({ bytes: new Uint8Array() }))]),
      ],
      ['too_long', new Uint8Array(limits.frameBytes + 1)],
    ];
    for (const [fault, bytes] of cases) expect(faultOf(() => decodeFrame(bytes))).toBe(fault);
  });

  it('takes as many attachments as a batch has items, and no more', () => {
    const attachments = Array.from({ length: 500 }, () => new Uint8Array(32));
    expect(decodeFrame(encodeFrame({}, attachments)).attachments).toHaveLength(500);
    expect(faultOf(() => encodeFrame({}, [...attachments, new Uint8Array(32)]))).toBe('too_many_attachments');
  });

  it('is never made longer than it may be read', () => {
    const json = 6; // 4 bytes of length, "{}"
    const largest = new Uint8Array(limits.frameBytes - json - 4);
    expect(decodeFrame(encodeFrame({}, [largest])).attachments[0]?.byteLength).toBe(largest.byteLength);
    expect(faultOf(() => encodeFrame({}, [new Uint8Array(largest.byteLength + 1)]))).toBe('too_long');
    expect(faultOf(() => decodeFrame(encodeFrame({}, []), { maxBytes: 5 }))).toBe('too_long');
  });

  it('says nothing of the bytes in its error, not even what stood where JSON was expected', () => {
    const canary = 'canary-4f1c';
    const lying = layOut([{ bytes: utf8.encode(canary) }]);
    try {
      decodeFrame(lying);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FrameError);
      expect(error).toMatchObject({ code: 'invalid_frame', fault: 'json_not_valid' });
      expect(
        error instanceof FrameError && `${error.stack} ${JSON.stringify(error)} ${error.cause}`,
      ).not.toContain('canary');
    }
  });

  it('is read by the JSON reader it is given, whose own errors pass', () => {
    class Refusal extends Error {}
    const parseJson = () => {
      throw new Refusal();
    };
    expect(() => decodeFrame(encodeFrame({}, []), { parseJson })).toThrow(Refusal);
    expect(decodeFrame(encodeFrame({}, []), { parseJson: (text) => text.length }).json).toBe(2);
  });
});
