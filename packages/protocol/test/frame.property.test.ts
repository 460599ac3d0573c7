import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, FrameError } from '../src/index.ts';

const attachments = fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 });

describe('frames', () => {
  it('give back any JSON and any attachments', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), attachments, (json, sent) => {
        const frame = decodeFrame(encodeFrame(json, sent));
        expect(frame.json).toEqual(JSON.parse(JSON.stringify(json)));
        expect(frame.attachments.map((bytes) => [...bytes])).toEqual(sent.map((bytes) => [...bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('of arbitrary bytes decode or are refused with FrameError, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFrame(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('cut anywhere are refused, or have lost whole attachments', () => {
    fc.assert(
      fc.property(attachments, fc.nat(), (sent, at) => {
        const frame = encodeFrame({ count: sent.length }, sent);
        const cut = frame.subarray(0, at % frame.byteLength);
        try {
          expect(decodeFrame(cut).attachments.length).toBeLessThan(sent.length);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('are one spelling each: what decodes encodes to the same bytes, given the same JSON text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), attachments, (json, sent) => {
        const frame = encodeFrame(json, sent);
        const decoded = decodeFrame(frame);
        expect([...encodeFrame(decoded.json, decoded.attachments)]).toEqual([...frame]);
      }),
      { numRuns: 500, examples: [[{ '': [1.5, 'é', null] }, [Uint8Array.of(0)]]] },
    );
  });
});
