import { exact } from '../../aws/support.ts';
import type { ShapeValue } from '../model/shapes.ts';
import { type CharacterType, randomPassword } from '../secrets/random-password.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS Secrets Manager API reference, "GetRandomPassword". */
const defaultLength = 32;
const uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const numbers = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Passwords come from a cryptographic source, each that follows the rules as likely as any other. */
export const getRandomPassword: Operation = defineOperation(
  'GetRandomPassword',
  'GetRandomPasswordRequest',
  exact,
  async (input, call) => {
    call.gate.require({ resource: '*', accountId: call.caller.accountId }, input, call);
    return {
      RandomPassword: randomPassword({
        length: input.PasswordLength ?? defaultLength,
        types: typesOf(input),
      }),
    };
  },
);

function typesOf(input: ShapeValue<'GetRandomPasswordRequest'>): readonly CharacterType[] {
  const excluded = new Set(input.ExcludeCharacters ?? '');
  const isRequired = input.RequireEachIncludedType ?? true;
  const type = (characters: string, isIncluded: boolean, required = isRequired): CharacterType => ({
    characters: isIncluded ? [...characters].filter((character) => !excluded.has(character)).join('') : '',
    isRequired: required,
  });
  return [
    type(uppercase, input.ExcludeUppercase !== true),
    type(lowercase, input.ExcludeLowercase !== true),
    type(numbers, input.ExcludeNumbers !== true),
    type(punctuation, input.ExcludePunctuation !== true),
    // The space may come up; it is none of the types that have to.
    type(' ', input.IncludeSpace === true, false),
  ];
}
