import { evidence } from '@keyfold/test-support';
import { describe, expect, it } from 'vitest';
import { type Documented, documented, run, typeErrorsOf } from './examples.ts';

/** Public functions and classes without an example, each with the reason. */
const without: Readonly<Record<string, string>> = {};

const everything = documented();
const examples = everything.flatMap(({ name, examples }) => examples.map((code) => [name, code] as const));

describe('the examples of the documentation', () => {
  it('are there for every public function and class, but for errors and what the list above names', () => {
    const needed: readonly Documented['kind'][] = ['function', 'class'];
    const missing = everything
      .filter(({ kind, examples }) => needed.includes(kind) && examples.length === 0)
      .map(({ name }) => name);
    expect(missing.sort()).toEqual(Object.keys(without).sort());
    expect(everything.length).toBeGreaterThan(100);
  });

  it('are TypeScript that is right in a file of the user', { timeout: 60_000 }, () => {
    expect(typeErrorsOf(examples)).toEqual([]);
  });

  it.each(examples)(
    'run as they stand, and say of values what they are: %s',
    { timeout: 60_000 },
    async (_, code) => {
      expect(code).not.toBe('');
      expect(await run(code)).toBe(valuesIn(code));
    },
  );

  it('say so of some values', () => {
    const values = examples.reduce((sum, [, code]) => sum + valuesIn(code), 0);
    evidence.report('examples of the documentation', examples.length);
    evidence.report('values that they state', values);
    expect(values).toBeGreaterThan(60);
  });
});

function valuesIn(code: string): number {
  return [...code.matchAll(/\/\/ → /g)].length;
}

describe('the runner of examples', () => {
  it('finds a value that is another, an error that is another, and code that throws', async () => {
    expect(await run('1 + 1; // → 2')).toBe(1);
    expect(await run("parseStrictJson('{'); // → throws invalid_json")).toBe(1);
    expect(await run('1 + 1; // it is 3')).toBe(0);
    await expect(run('1 + 1; // → 3')).rejects.toThrow('expected 2 to deeply equal 3');
    await expect(run('1 + 1; // → throws invalid_json')).rejects.toThrow('did not throw');
    await expect(run('fernetKeyOf("");')).rejects.toThrow('44 characters');
    await expect(run('nobody.has(this);')).rejects.toThrow('nobody is not defined');
  });

  it('finds a type that is wrong', { timeout: 60_000 }, () => {
    expect(typeErrorsOf([['wrong', "const length: string = encodeBase64('text');"]])).toHaveLength(1);
  });
});
