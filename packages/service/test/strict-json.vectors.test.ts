import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { readStrictJson, StrictJsonError, type StrictJsonFault } from '../src/strict-json.ts';

/** Texts that the suite says must parse, and that a stated limit refuses. */
const refusedByLimit: Readonly<Record<string, StrictJsonFault>> = {
  'y_object_duplicated_key.json': 'duplicate_name',
  'y_object_duplicated_key_and_value.json': 'duplicate_name',
};

/** Texts that a reader may take or refuse: these are taken, the others refused. */
const taken = /^i_number_/;

const known = evidence.vectors('json-test-suite/test_parsing/y_array_empty.json');
const folder = dirname(known.path);
const files = known.found ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

function read(name: string): StrictJsonFault | null {
  try {
    readStrictJson(readFileSync(join(folder, name)));
    return null;
  } catch (error) {
    if (error instanceof StrictJsonError) return error.fault;
    throw error;
  }
}

describe('the JSON test suite', () => {
  it('parses where it must, unless a stated limit refuses', () => {
    if (!known.found) return evidence.missing(known.path);
    const cases = files.filter((name) => name.startsWith('y_'));
    for (const name of cases) expect(read(name), name).toBe(refusedByLimit[name] ?? null);
    for (const name of Object.keys(refusedByLimit)) expect(cases).toContain(name);
    evidence.report(`${basename(folder)} y_`, cases.length);
  });

  it('has its open cases pinned: numbers beyond the range are read, everything else is refused', () => {
    if (!known.found) return evidence.missing(known.path);
    const cases = files.filter((name) => name.startsWith('i_'));
    for (const name of cases) expect(read(name) === null, name).toBe(taken.test(name));
    evidence.report(`${basename(folder)} i_`, cases.length);
  });
});
