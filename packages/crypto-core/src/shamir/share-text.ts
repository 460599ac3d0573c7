import { SecretBytes } from '../secret-bytes.ts';
import { checkSymbols, checkSymbolsPerLine, dataSymbolsPerLine, inspectLine } from './line-code.ts';
import { requireShare, SecretShare, shareByteLength, shareForm } from './share.ts';
import { ShareInvalidError, type SharePlace } from './share-errors.ts';

/** First line of a share on paper. */
const title = 'keyfold-share-1';
/** Crockford's base 32: no I, L, O, which are read as 1, 1 and 0, and no U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groupLength = 5;
/** Above the longest share's text, with room for any way of spacing it. */
const maxTextLength = 4096;

/**
 * A share for paper: a title, then lines of up to six groups of five characters, each line with two check characters.
 *
 * The text is a string, which cannot be wiped: print it, and let go of it. Do not hold as many texts as the threshold in one
 * process.
 *
 * @throws {@link SecretDisposedError} for a share that was disposed of
 * @throws {@link InvalidArgumentError} for what is no share
 * @example
 * ```ts
 * const [share] = await splitSecret(SecretBytes.random(32), { backend: nodeBackend, threshold: 3, count: 5 });
 * if (share !== undefined) show(shareToText(share).split('\n'));
 * // keyfold-share-1
 * // Z80G6-18G40-…
 * ```
 */
export function shareToText(share: SecretShare): string {
  requireShare(share);
  const symbols = toSymbols(share.reveal());
  const lines = [title];
  for (let start = 0; start < symbols.length; start += dataSymbolsPerLine) {
    const data = symbols.slice(start, start + dataSymbolsPerLine);
    const line = [...data, ...checkSymbols(data, lines.length)];
    lines.push(inGroups(line.map((symbol) => alphabet.charAt(symbol)).join('')));
  }
  return lines.join('\n');
}

/**
 * The share that somebody typed. Case, spaces and hyphens within a line, empty lines, and O, I, L for 0, 1, 1 do not matter.
 *
 * @throws {@link ShareInvalidError} with reason `mistyped` and the place of the error: the line, and the group and character
 *   where one alone explains it; `not_a_share` where the text is something else
 * @example
 * ```ts
 * const shares = await splitSecret(SecretBytes.random(32), { backend: nodeBackend, threshold: 3, count: 5 });
 * const [sheet = ''] = shares.map(shareToText);
 * using share = parseShareText(sheet.toLowerCase());
 * share.index; // → 1
 * ```
 */
export function parseShareText(text: string): SecretShare {
  if (typeof text !== 'string' || text.length > maxTextLength) throw notAShare();
  const [first, ...lines] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [firstLine, ...furtherLines] = lines;
  if (first?.toLowerCase() !== title || firstLine === undefined) throw notAShare();
  const symbols = readLine(firstLine, 1, dataSymbolsPerLine); // the smallest share has six lines
  const total = symbolCountAfter(symbols);
  requireLineCount(lines.length, Math.ceil(total / dataSymbolsPerLine));
  for (const [i, line] of furtherLines.entries()) {
    symbols.push(...readLine(line, i + 2, Math.min(dataSymbolsPerLine, total - symbols.length)));
  }
  return fromSymbols(symbols, lines.length);
}

/** The first line tells how long the share is, so that a lost line or character is named as what it is. */
function symbolCountAfter(firstLine: readonly number[]): number {
  const [form, , , count = 0, , secretByteLength = 0] = toBytes(firstLine);
  if (form !== shareForm) throw notAShare();
  return Math.ceil((shareByteLength({ threshold: 0, count, secretByteLength }) * 8) / 5);
}

function requireLineCount(lineCount: number, expected: number): void {
  if (lineCount === expected) return;
  const message = `There are ${lineCount} lines instead of ${expected} below the title.`;
  throw mistyped({ line: Math.min(lineCount, expected) }, message);
}

function readLine(line: string, lineNumber: number, dataLength: number): number[] {
  const symbols = [...line.replace(/[\s-]/g, '')].map((character, at) => {
    const symbol = symbolOf(character);
    if (symbol < 0) throw mistypedAt(lineNumber, at, 'is one that never occurs');
    return symbol;
  });
  const expected = dataLength + checkSymbolsPerLine;
  if (symbols.length !== expected) {
    const message = `Line ${lineNumber} has ${symbols.length} characters instead of ${expected}.`;
    throw mistyped({ line: lineNumber }, message);
  }
  const finding = inspectLine(symbols, lineNumber);
  if (finding.kind === 'right') return symbols.slice(0, dataLength);
  if (finding.kind === 'symbol') throw mistypedAt(lineNumber, finding.at, 'is wrong, most likely');
  const what = finding.kind === 'other_line' ? 'stands in the wrong place' : 'is wrong';
  throw mistyped({ line: lineNumber }, `Line ${lineNumber} ${what}.`);
}

/** ASCII only: in Unicode's upper case, `ſ` is S too, and the ligature of s and t is two letters. */
function symbolOf(character: string): number {
  return character > '\x7f' ? -1 : alphabet.indexOf(unconfused(character.toUpperCase()));
}

function unconfused(character: string): string {
  if (character === 'O') return '0';
  return character === 'I' || character === 'L' ? '1' : character;
}

function toSymbols(bytes: Uint8Array): number[] {
  const symbols: number[] = [];
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (bitCount += 8; bitCount >= 5; bitCount -= 5) symbols.push((bits >>> (bitCount - 5)) & 31);
  }
  if (bitCount > 0) symbols.push((bits << (5 - bitCount)) & 31);
  return symbols;
}

/** As many whole bytes as the symbols hold; bits that are left over are dropped. */
function toBytes(symbols: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(Math.floor((symbols.length * 5) / 8)));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const symbol of symbols) {
    bits = ((bits << 5) | symbol) & 0xfff;
    bitCount += 5;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = bits >>> bitCount;
  }
  return bytes;
}

/** Refuses bits after the last byte, which no text that was printed has. */
function fromSymbols(symbols: readonly number[], lineCount: number): SecretShare {
  const bytes = toBytes(symbols);
  if (toSymbols(bytes).at(-1) !== symbols.at(-1)) {
    bytes.fill(0);
    throw mistyped({ line: lineCount }, `Line ${lineCount} is wrong.`);
  }
  return new SecretShare(SecretBytes.take(bytes));
}

function inGroups(characters: string): string {
  const groups: string[] = [];
  for (let i = 0; i < characters.length; i += groupLength) groups.push(characters.slice(i, i + groupLength));
  return groups.join('-');
}

function mistypedAt(line: number, at: number, what: string): ShareInvalidError {
  const group = Math.floor(at / groupLength) + 1;
  const character = (at % groupLength) + 1;
  return mistyped(
    { line, group, character },
    `In line ${line}, character ${character} of group ${group} ${what}.`,
  );
}

function mistyped(place: SharePlace, message: string): ShareInvalidError {
  return new ShareInvalidError('mistyped', message, place);
}

function notAShare(): ShareInvalidError {
  return new ShareInvalidError('not_a_share', `A share's text begins with the line ${title}.`);
}
