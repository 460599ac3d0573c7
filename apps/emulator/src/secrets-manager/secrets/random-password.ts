import { randomInt } from 'node:crypto';
import { refusal } from '../faults/refusal.ts';

/** What a password is to be like. */
export interface PasswordRules {
  readonly length: number;
  /** The characters of each type that may come up; types that must come up have at least one each. */
  readonly types: readonly CharacterType[];
}

export interface CharacterType {
  readonly characters: string;
  readonly isRequired: boolean;
}

/**
 * A password out of all that follow the rules, each as likely as any other: drawn from a cryptographic source, and drawn again as long
 * as a required type has not come up.
 *
 * @throws {SecretsFault} InvalidParameterException where no password follows the rules
 */
export function randomPassword({ length, types }: PasswordRules): string {
  const alphabet = types.flatMap(({ characters }) => [...characters]);
  if (alphabet.length === 0) throw refusal('emptyPasswordAlphabet');
  const required = types.filter(({ isRequired, characters }) => isRequired && characters !== '');
  if (required.length > length) throw refusal('passwordTooShort');
  for (;;) {
    const drawn = Array.from({ length }, () => alphabet[randomInt(alphabet.length)] ?? '');
    if (required.every(({ characters }) => drawn.some((character) => characters.includes(character))))
      return drawn.join('');
  }
}
