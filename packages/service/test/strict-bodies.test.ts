import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isKeyfoldError, StrictJsonError } from '@keyfold/crypto-core';
import { type BodyForm, mediaTypes } from '@keyfold/protocol';
import { evidence } from '@keyfold/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../src/read-body.ts';

const utf8 = new TextEncoder();

function framed(json: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + json.byteLength);
  new DataView(frame.buffer).setUint32(0, json.byteLength);
  frame.set(json, 4);
  return frame;
}

/** What becomes of a body's JSON, sent as it is or in a frame. */
function read(form: Exclude<BodyForm, 'none'>, json: Uint8Array): { readonly json: unknown } | string {
  const body = form === 'frame' ? framed(json) : json;
  const headers = { 'content-type': mediaTypes[form] };
  try {
    const request = { params: {}, query: new URLSearchParams(), headers, body, requestId: 'r' };
    return { json: readBody(form, request).json };
  } catch (error) {
    if (!isKeyfoldError(error) || error.code !== 'invalid_request') throw error;
    expect(error).not.toBeInstanceOf(StrictJsonError);
    expect(error.cause).toBe(undefined); // it could quote the body
    return error.message;
  }
}

const nested = (levels: number) => utf8.encode(`${'['.repeat(levels)}${']'.repeat(levels)}`);

describe.each(['json', 'frame'] as const)('a body read as %s', (form) => {
  it('is taken with 32 levels of nesting, and refused with more, naming the limit', () => {
    expect(read(form, nested(32))).toHaveProperty('json');
    for (const levels of [33, 100_000]) {
      expect(read(form, nested(levels))).toBe('The JSON is nested deeper than 32 levels.');
    }
  });

  it('is refused with a second member of the same name, wherever it is put', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, fc.nat(), fc.nat(), (unique, which, where) => {
        fc.pre(!unique.includes('__proto__'));
        const members = unique.map((name) => `${JSON.stringify(name)}:[{"a":",{"}]`);
        const again = members[which % members.length] ?? '';
        const twice = members.toSpliced(where % (members.length + 1), 0, again);
        expect(read(form, utf8.encode(`{${members.join()}}`))).toHaveProperty('json');
        expect(read(form, utf8.encode(`{${twice.join()}}`))).toContain('twice');
      }),
      { numRuns: 500 },
    );
  });

  it('is taken or refused as an invalid request, whatever it holds, and nothing of it is quoted', () => {
    const tokens = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'canary',
      '"canary"',
      '1',
      'null',
    );
    const jsonLike = fc.array(tokens).map((parts) => utf8.encode(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), jsonLike), (bytes) => {
        const answer = read(form, bytes);
        if (typeof answer === 'string') expect(answer).not.toContain('canary');
      }),
      { numRuns: 5_000 },
    );
  });
});

const known = evidence.vectors('json-test-suite/test_parsing/y_array_empty.json');

describe('the JSON test suite', () => {
  it('is read alike as a body and in a frame: what is not JSON is an invalid request, what is may be', () => {
    if (!known.found) return evidence.missing(known.path);
    const folder = dirname(known.path);
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    for (const name of names) {
      const json = readFileSync(join(folder, name));
      const answers = [read('json', json), read('frame', json)];
      const taken = answers.map((answer) => typeof answer !== 'string');
      expect(taken[0], name).toBe(taken[1]);
      if (name.startsWith('n_')) expect(taken[0], name).toBe(false);
      // The only ones that a stated limit refuses.
      if (name.startsWith('y_')) expect(taken[0], name).toBe(!name.includes('duplicated_key'));
    }
    evidence.report(`${basename(folder)} as bodies`, names.length);
  });
});
