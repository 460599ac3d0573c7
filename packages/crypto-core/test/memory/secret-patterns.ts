import type { Pattern } from './process-memory.ts';

/**
 * How long a piece of a raw secret is looked for: half of a cipher's block, a register. A piece of a secret that survives is
 * a survival, and eight random bytes are in no memory by chance.
 */
const pieceBytes = 8;

/**
 * The forms in which a secret would lie in memory: raw, piece by piece; as hex, base64 and base64url at every alignment, and as
 * decimal numbers with commas between (JSON of a typed array), each in one and in two bytes a character.
 *
 * @param secret at least 16 bytes
 */
export function patternsOf(name: string, secret: Uint8Array): readonly Pattern[] {
  const bytes = Buffer.from(secret);
  const patterns: Pattern[] = [];
  for (let at = 0; at + pieceBytes <= bytes.byteLength; at += pieceBytes) {
    patterns.push({ name: `${name}, raw`, bytes: bytes.subarray(at, at + pieceBytes) });
  }
  // The beginning is enough: a text is there as a whole or not at all.
  const head = bytes.subarray(0, 16);
  const texts = {
    hex: [head.toString('hex'), head.toString('hex').toUpperCase()],
    base64: alignments(head, 'base64'),
    base64url: alignments(head, 'base64url'),
    decimal: [head.join(','), Array.from(head, (byte, i) => `"${i}":${byte}`).join(',')],
  };
  for (const [form, spellings] of Object.entries(texts)) {
    for (const text of new Set(spellings)) {
      patterns.push({ name: `${name}, ${form}`, bytes: Buffer.from(text, 'latin1') });
      patterns.push({ name: `${name}, ${form} in UTF-16`, bytes: Buffer.from(text, 'utf16le') });
    }
  }
  return patterns;
}

/** The bytes' digits where a multiple of three bytes comes before them, one more, and two more; only digits that are theirs alone. */
function alignments(bytes: Buffer, encoding: 'base64' | 'base64url'): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    const shared = (before + bytes.byteLength) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(Math.ceil((before * 8) / 6), shared);
  });
}
