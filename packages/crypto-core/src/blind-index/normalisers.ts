/*
 * What counts as the same text. Independent of the locale, and specified in docs/formats/blind-index.md so that another
 * language's standard library gives the same.
 */

const maxEmailCharacters = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets (erratum 1690)
const separators = /[\t \u00a0\u202f().\-/\u2010-\u2015]/g;
const phoneNumber = /^\+?([0-9]{3,20})$/;
const identityCharacters = /^[0-9A-Za-z]{1,64}$/;
/** ASCII's and Unicode's controls, white space and line ends. */
const notInAddress = /[\s\p{Cc}]/u;
const blanks = '\t\n\r ';

/**
 * NFC, each code point by itself in lower case, ς as σ, NFC again. By itself, because lower-casing a whole string makes
 * the last sigma of a word another letter. `ß` and `ss`, `ı` and `i` stay different.
 */
export function caseFolded(text: string): string {
  const lower = Array.from(text.normalize('NFC'), (character) => character.toLowerCase()).join('');
  return lower.replaceAll('ς', 'σ').normalize('NFC');
}

/**
 * Case-folded as a whole, without blanks around it: no mail system of note tells `Ada@` from `ada@`. Dots and `+tags` stay:
 * whether they matter is the provider's affair. International domains stay as they are written.
 */
export function emailAddress(text: string): string | undefined {
  const address = withoutBlanksAround(text);
  // First of all: what follows is for texts of a sane length.
  if (address.length > maxEmailCharacters) return undefined;
  const at = address.indexOf('@');
  if (at < 1 || at === address.length - 1 || at !== address.lastIndexOf('@')) return undefined;
  if (notInAddress.test(address)) return undefined;
  return caseFolded(address);
}

/** By two indices: a pattern for blanks at the end takes quadratic time on many blanks in the middle. */
function withoutBlanksAround(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && blanks.includes(text.charAt(start))) start++;
  while (end > start && blanks.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** ASCII digits alone. A leading + is dropped; national forms are not completed, since no country is known. */
export function phoneDigits(text: string): string | undefined {
  return phoneNumber.exec(text.replace(separators, ''))?.[1];
}

/** ASCII letters and digits alone, upper case. */
export function identityNumber(text: string): string | undefined {
  const characters = text.replace(separators, '');
  return identityCharacters.test(characters) ? characters.toUpperCase() : undefined;
}
