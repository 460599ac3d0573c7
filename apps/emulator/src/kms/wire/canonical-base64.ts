/** The last characters before the padding whose spare bits are zero, by how many `=` follow. */
const lastCharacters: Readonly<Record<number, string>> = { 1: 'AEIMQUYcgkosw048', 2: 'AQgw' };

/**
 * The bytes of a text in base64 (RFC 4648 §4), or undefined for any other text than the one that these bytes have: `Buffer.from` skips
 * what is not base64, takes the alphabet for URLs too, and does not look at spare bits (§3.5).
 */
export function readCanonicalBase64(text: string): Buffer | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  let padding = 0;
  if (text.endsWith('=')) padding = text.endsWith('==') ? 2 : 1;
  const bytes = Buffer.from(text, 'base64');
  // A character that was skipped is missed in the length.
  const isWhole = bytes.byteLength === (length / 4) * 3 - padding;
  if (!isWhole || text.includes('-') || text.includes('_')) return undefined;
  const last = lastCharacters[padding];
  return last === undefined || last.includes(text.charAt(length - 1 - padding)) ? bytes : undefined;
}
