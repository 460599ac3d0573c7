import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fault, openSecrets } from './secrets-harness.ts';

const types = {
  ExcludeUppercase: /[A-Z]/,
  ExcludeLowercase: /[a-z]/,
  ExcludeNumbers: /[0-9]/,
  ExcludePunctuation: /[!-/:-@[-`{-~]/,
} as const;
const { call } = await openSecrets();

async function password(input: object = {}): Promise<string> {
  return (await call('GetRandomPassword', input)).output.RandomPassword;
}

describe('GetRandomPassword', () => {
  it('makes 32 characters with one of each type, and another each time', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => password()));
    expect(new Set(made).size).toBe(50);
    for (const text of made) {
      expect(text).toMatch(/^[!-~]{32}$/);
      for (const type of Object.values(types)) expect(text).toMatch(type);
    }
  });

  it('keeps to its rules, whatever they are', async () => {
    const flags = fc.record({
      ExcludeUppercase: fc.boolean(),
      ExcludeLowercase: fc.boolean(),
      ExcludeNumbers: fc.boolean(),
      ExcludePunctuation: fc.boolean(),
      IncludeSpace: fc.boolean(),
      RequireEachIncludedType: fc.boolean(),
      PasswordLength: fc.integer({ min: 1, max: 40 }),
      ExcludeCharacters: fc.string({ maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(flags, async (input) => {
        const { status, output } = await call('GetRandomPassword', input);
        const all = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
        const included = Object.entries(types).filter(([flag]) => !input[flag as keyof typeof types]);
        const characters = all.filter(
          (character) =>
            !input.ExcludeCharacters.includes(character) &&
            (character === ' ' ? input.IncludeSpace : included.some(([, type]) => type.test(character))),
        );
        const required = input.RequireEachIncludedType
          ? included.filter(([, type]) => characters.some((character) => type.test(character)))
          : [];
        if (characters.length === 0 || required.length > input.PasswordLength) {
          expect(output.__type).toBe('InvalidParameterException');
          return;
        }
        expect(status).toBe(200);
        expect(output.RandomPassword).toHaveLength(input.PasswordLength);
        for (const character of output.RandomPassword) expect(characters).toContain(character);
        for (const [, type] of required) expect(output.RandomPassword).toMatch(type);
      }),
      { numRuns: 300 },
    );
  });

  it('draws every password that the rules allow equally often', async () => {
    // Three letters and one digit, two characters, one of each: six passwords, each with probability 1/6.
    const input = {
      PasswordLength: 2,
      ExcludePunctuation: true,
      ExcludeLowercase: true,
      ExcludeCharacters: 'DEFGHIJKLMNOPQRSTUVWXYZ123456789',
    };
    const counts = new Map<string, number>();
    const draws = 6000;
    for (let draw = 0; draw < draws; draw++) {
      const text = await password(input);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['0A', '0B', '0C', 'A0', 'B0', 'C0']);
    const expected = draws / 6;
    const chiSquare = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    // Five degrees of freedom: above 35 one time in a million.
    expect(chiSquare).toBeLessThan(35);
  });

  it('says what cannot be', async () => {
    expect(await call('GetRandomPassword', { PasswordLength: 3 })).toEqual(
      fault(
        'InvalidParameterException',
        'The PasswordLength is too short for one character of each required type.',
      ),
    );
    expect(await password({ PasswordLength: 4096 })).toHaveLength(4096);
    for (const PasswordLength of [0, 4097])
      expect((await call('GetRandomPassword', { PasswordLength })).output.__type).toBe('ValidationException');
  });
});
