import { decodeBase64, encodeBase64 } from '../base64.ts';
import { KdfParametersRefusedError } from '../crypto-errors.ts';
import {
  type KdfParameters,
  type Pbkdf2Parameters,
  requireReadableParameters,
  type ScryptParameters,
} from './kdf-parameters.ts';

/** How one algorithm's numbers are written; the order is fixed. */
interface KdfSpelling<P extends KdfParameters> {
  readonly numbers: readonly string[];
  write(parameters: P): readonly number[];
  read(numbers: readonly number[], salt: Uint8Array): P;
}

const spellings: {
  readonly 'pbkdf2-sha256': KdfSpelling<Pbkdf2Parameters>;
  readonly scrypt: KdfSpelling<ScryptParameters>;
} = {
  'pbkdf2-sha256': {
    numbers: ['i'],
    write: ({ iterations }) => [iterations],
    read: ([iterations = 0], salt) => ({ algorithm: 'pbkdf2-sha256', iterations, salt }),
  },
  scrypt: {
    numbers: ['ln', 'r', 'p'],
    write: ({ cost, blockSize, parallelization }) => [Math.log2(cost), blockSize, parallelization],
    read: ([log2Cost = 0, blockSize = 0, parallelization = 0], salt) => ({
      algorithm: 'scrypt',
      cost: 2 ** log2Cost,
      blockSize,
      parallelization,
      salt,
    }),
  },
};

/** A longest text: nothing that is read here comes near it. */
const maxTextLength = 512;
/** $algorithm$name=number,…$salt or $algorithm$name=number,…$salt$hash, the grammar of PHC strings without a version. */
const grammar =
  /^\$([a-z0-9-]{1,32})\$([a-z]{1,3}=[0-9]{1,10}(?:,[a-z]{1,3}=[0-9]{1,10}){0,3})\$([A-Za-z0-9+/]{1,128})(?:\$([A-Za-z0-9+/]{1,128}))?$/;

/** What a PHC string says. */
export interface KdfText {
  readonly parameters: KdfParameters;
  /** The last part, undefined where there is none. */
  readonly hash: Uint8Array | undefined;
}

/**
 * Parameters as text to be stored beside the data: `$pbkdf2-sha256$i=600000$<salt>` or `$scrypt$ln=17,r=8,p=1$<salt>`,
 * with the salt in base64 without padding (the PHC string format).
 *
 * @throws {@link KdfParametersRefusedError} for parameters that could not be read again
 * @example
 * ```ts
 * const { salt, ...cost } = newKdfParameters(nodeBackend, defaultKdfCosts['pbkdf2-sha256']);
 * const text = encodeKdfParameters({ ...cost, salt: new Uint8Array(16) }); // with zeros for a salt, to show the text
 * text; // → '$pbkdf2-sha256$i=600000$AAAAAAAAAAAAAAAAAAAAAA'
 * ```
 */
export function encodeKdfParameters(parameters: KdfParameters): string {
  requireReadableParameters(parameters);
  const [names, numbers] =
    parameters.algorithm === 'scrypt'
      ? [spellings.scrypt.numbers, spellings.scrypt.write(parameters)]
      : [spellings['pbkdf2-sha256'].numbers, spellings['pbkdf2-sha256'].write(parameters)];
  const pairs = names.map((name, i) => `${name}=${numbers[i]}`).join(',');
  return `$${parameters.algorithm}$${pairs}$${unpadded(parameters.salt)}`;
}

/**
 * Reads what {@link encodeKdfParameters} wrote, and no other spelling.
 *
 * @throws {@link KdfParametersRefusedError} for anything else, and for numbers out of bounds
 * @example
 * ```ts
 * const { algorithm } = parseKdfParameters('$scrypt$ln=17,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA');
 * algorithm; // → 'scrypt'
 * ```
 */
export function parseKdfParameters(text: string): KdfParameters {
  const { parameters, hash } = parseKdfText(text);
  if (hash !== undefined) {
    throw new KdfParametersRefusedError('These parameters carry a hash: they are a password hash.');
  }
  return parameters;
}

/** @throws {@link KdfParametersRefusedError} for anything that is not written so, and for numbers out of bounds */
export function parseKdfText(text: string): KdfText {
  const match = typeof text === 'string' && text.length <= maxTextLength ? grammar.exec(text) : null;
  const [, algorithm = '', pairs = '', salt = '', hash] = match ?? [];
  if (algorithm !== 'scrypt' && algorithm !== 'pbkdf2-sha256') {
    throw new KdfParametersRefusedError('The text is no parameters of pbkdf2-sha256 or scrypt.');
  }
  const spelling = spellings[algorithm];
  const numbers = pairs.split(',').map((pair) => Number(pair.slice(pair.indexOf('=') + 1)));
  const canonical = spelling.numbers.map((name, i) => `${name}=${numbers[i]}`).join(',');
  if (pairs !== canonical) {
    throw new KdfParametersRefusedError(`The parameters of ${algorithm} are not written as they should be.`);
  }
  const parameters = spelling.read(numbers, bytesOf(salt));
  requireReadableParameters(parameters);
  return { parameters, hash: hash === undefined ? undefined : bytesOf(hash) };
}

/** The text of a password hash. The hash is a verifier and is stored: it may become a string. */
export function encodeKdfText(parameters: KdfParameters, hash: Uint8Array): string {
  return `${encodeKdfParameters(parameters)}$${unpadded(hash)}`;
}

function unpadded(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/=+$/, '');
}

function bytesOf(text: string): Uint8Array {
  try {
    return decodeBase64(text.padEnd(Math.ceil(text.length / 4) * 4, '='));
  } catch (cause) {
    throw new KdfParametersRefusedError('A part of the text is not canonical base64.', { cause });
  }
}
