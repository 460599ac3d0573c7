import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventStreamParser,
  EventTooLongError,
  type ServerEvent,
} from '../../src/events/event-stream-parser.ts';

interface Parsed {
  readonly events: readonly ServerEvent[];
  readonly retries: readonly number[];
}

function parse(pieces: readonly Uint8Array[], maxCharacters = 10_000): Parsed {
  const events: ServerEvent[] = [];
  const retries: number[] = [];
  const parser = new EventStreamParser(
    { onEvent: (event) => events.push(event), onRetry: (ms) => retries.push(ms) },
    maxCharacters,
  );
  for (const piece of pieces) parser.push(piece);
  return { events, retries };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string, maxCharacters?: number) => parse([bytesOf(text)], maxCharacters);
const event = (data: string, type = 'message', lastEventId = '') => ({ type, data, lastEventId });

/** Cuts bytes at any places. */
function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((place) => place % (bytes.byteLength + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.byteLength));
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const value = fc.string({
  unit: fc.constantFrom('a', ' ', ':', 'é', '漢', '😀', '\u2028', '\ufeff'),
  maxLength: 8,
});
const line = fc.oneof(
  fc.constant(''),
  value,
  fc
    .tuple(fc.constantFrom('data', 'event', 'id', 'retry', 'other', ''), fc.constantFrom(':', ': '), value)
    .map((parts) => parts.join('')),
  fc.nat({ max: 99 }).map((ms) => `retry: ${ms}`),
);
const stream = fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }).map((lines) => lines.flat().join(''));

describe('an event stream', () => {
  it('reads alike wherever it is cut, within characters and line ends too', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (text, cuts) => {
        const bytes = bytesOf(text);
        const whole = parse([bytes]);
        expect(parse(cut(bytes, cuts))).toEqual(whole);
        expect(parse([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
      }),
    );
  });

  it('gives back every event that was written to it, whichever line end is used', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', ' ', ':', 'é', '😀'), maxLength: 8 });
    const written = fc.record({
      type: fc.constantFrom('lock', 'shred', 'revoke'),
      id: fc.nat().map(String),
      data: fc.array(plain, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(written), lineEnd, (events, end) => {
        const text = events.map(({ type, id, data }) =>
          [`event: ${type}`, `id: ${id}`, ...data.map((part) => `data: ${part}`), ': comment', '', ''].join(
            end,
          ),
        );
        expect(read(text.join('')).events).toEqual(
          events.map(({ type, id, data }) => event(data.join('\n'), type, id)),
        );
      }),
    );
  });

  it.each<[string, string, readonly ServerEvent[]]>([
    ['lines of data are one text', 'data: YHOO\ndata: +2\ndata: 10\n\n', [event('YHOO\n+2\n10')]],
    [
      'one space after the colon is taken out',
      'data:test\n\ndata:  test\n\n',
      [event('test'), event(' test')],
    ],
    ['data without a value is empty data', 'data\n\ndata\ndata\n\ndata:', [event(''), event('\n')]],
    ['an event that was not ended is none', 'data: a\n\ndata: b\n', [event('a')]],
    ['an event without data is none, and its type is forgotten', 'event: x\n\ndata: a\n\n', [event('a')]],
    [
      'the id stays until another comes',
      'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
      [event('a', 'message', '1'), event('b', 'message', '1'), event('c')],
    ],
    [
      'an id with NUL is none',
      'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
      [event('a', 'message', '1'), event('b', 'message', '1')],
    ],
    ['an id without data counts', 'id: 7\n\ndata: a\n\n', [event('a', 'message', '7')]],
    [
      'unknown fields and comments are passed over',
      ': hi\nfoo: x\ndatax: y\n data: z\ndata: a\n\n',
      [event('a')],
    ],
    ['a byte order mark at the beginning is taken out', '\ufeffdata: a\n\n', [event('a')]],
    ['a second one is part of a name', '\ufeff\ufeffdata: a\n\n', []],
  ])('%s', (_, text, expected) => {
    expect(read(text).events).toEqual(expected);
  });

  it('puts a replacement for bytes that are no UTF-8', () => {
    expect(parse([bytesOf('data: a'), Uint8Array.of(0xff), bytesOf('b\n\n')]).events).toEqual([
      event('a\ufffdb'),
    ]);
  });

  it('tells of the time between connections, if it is one', () => {
    expect(read('retry: 250\nretry: 1e3\nretry: -1\nretry:\nretry: 0\n').retries).toEqual([250, 0]);
  });

  it('refuses a line or an event that has no end, before it fills the memory', () => {
    expect(() => read(`data: ${'a'.repeat(100)}`, 100)).toThrow(EventTooLongError);
    expect(() => read(`: ${'a'.repeat(100)}\n`, 100)).toThrow(EventTooLongError);
    expect(() => read('data: aaaaaaaaa\n'.repeat(11), 100)).toThrow(EventTooLongError);
    expect(read('data: aaaaaaaaa\n\n'.repeat(50), 100).events).toHaveLength(50);
  });
});
