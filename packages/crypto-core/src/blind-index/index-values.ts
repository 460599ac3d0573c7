import { dateTimeMs, isUint8Array } from '../type-checks.ts';
import { caseFolded, emailAddress, identityNumber, phoneDigits } from './normalisers.ts';

/** The JavaScript type of each kind of indexed value. */
export interface IndexValueTypes {
  text: string;
  'text-nfc': string;
  'text-case': string;
  email: string;
  phone: string;
  'identity-number': string;
  bytes: Uint8Array;
  integer: number | bigint;
  date: Date;
  boolean: boolean;
}

/** How the values of an index are declared: their type, and what counts as the same value. */
export type IndexValueKind = keyof IndexValueTypes;

/** One kind of indexed values. */
export interface IndexValueRow {
  /** Its byte in what is authenticated. */
  readonly code: number;
  /** Whether its values are few enough to be tried out one by one by whoever has the index key. */
  readonly lowEntropy: boolean;
  /** What it accepts, for messages. */
  readonly accepts: string;
  /** The one form of a value, text or bytes; undefined for a value that the kind does not have. */
  readonly canonical: (value: unknown) => string | Uint8Array | undefined;
}

const wellFormed = (value: unknown): value is string => typeof value === 'string' && value.isWellFormed();

/** For each kind: its byte, whether it needs `acceptLowEntropy`, its one canonical form (docs/formats/blind-index.md). */
export const indexValueKinds: Readonly<Record<IndexValueKind, IndexValueRow>> = {
  text: {
    code: 1,
    lowEntropy: false,
    accepts: 'a string without lone surrogates',
    canonical: (value) => (wellFormed(value) ? value : undefined),
  },
  'text-nfc': {
    code: 2,
    lowEntropy: false,
    accepts: 'a string without lone surrogates',
    canonical: (value) => (wellFormed(value) ? value.normalize('NFC') : undefined),
  },
  'text-case': {
    code: 3,
    lowEntropy: false,
    accepts: 'a string without lone surrogates',
    canonical: (value) => (wellFormed(value) ? caseFolded(value) : undefined),
  },
  email: {
    code: 4,
    lowEntropy: false,
    accepts:
      'an e-mail address: one @ with text on both sides, no white space within, at most 254 characters',
    canonical: (value) => (wellFormed(value) ? emailAddress(value) : undefined),
  },
  phone: {
    code: 5,
    lowEntropy: true,
    accepts:
      'a telephone number of 3 to 20 ASCII digits, with spaces, hyphens, dots, slashes, brackets, a leading +',
    canonical: (value) => (typeof value === 'string' ? phoneDigits(value) : undefined),
  },
  'identity-number': {
    code: 6,
    lowEntropy: true,
    accepts: 'an identity number of 1 to 64 ASCII letters and digits, with spaces, hyphens, dots and slashes',
    canonical: (value) => (typeof value === 'string' ? identityNumber(value) : undefined),
  },
  bytes: {
    code: 7,
    lowEntropy: false,
    accepts: 'a Uint8Array',
    canonical: (value) => (isUint8Array(value) ? value : undefined),
  },
  integer: {
    code: 8,
    lowEntropy: true,
    accepts: 'a safe integer or a bigint',
    canonical: (value) =>
      Number.isSafeInteger(value) || typeof value === 'bigint' ? String(value) : undefined,
  },
  date: {
    code: 9,
    lowEntropy: true,
    accepts: 'a valid Date',
    canonical(value) {
      const timeMs = dateTimeMs(value);
      if (timeMs === undefined || Number.isNaN(timeMs)) return undefined;
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, BigInt(timeMs));
      return bytes;
    },
  },
  boolean: {
    code: 10,
    lowEntropy: true,
    accepts: 'a boolean',
    canonical: (value) => (typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : undefined),
  },
};
