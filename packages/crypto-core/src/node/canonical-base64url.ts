const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const utf8 = new TextEncoder();
const scratchByteLength = 8192;
/** Public bytes only: nothing is read from it, its encoder's counts are. Allocated by the first text. */
let scratch: Uint8Array<ArrayBuffer> | undefined;

/**
 * Whether `text` is the one spelling of `bytes` in base64url without padding (RFC 4648 §3.5, §5).
 *
 * Encoding again and comparing would say it, too, but costs more and leaves a string for the collector. What
 * Node's decoder forgives is looked for instead: it skips or stops at what it does not know, so that fewer bytes come
 * out than the digits have; it takes a character for the ASCII one that shares its low byte; it takes the other
 * alphabet; it ignores unused bits.
 *
 * @param bytes what `Buffer.from(text, 'base64url')` gave
 */
export function isCanonicalBase64url(text: string, bytes: Buffer): boolean {
  const { length } = text;
  if (length > scratchByteLength) return bytes.toString('base64url') === text;
  // Four digits have three bytes; a single last digit has none.
  if (length % 4 === 1 || bytes.length !== Math.floor((length * 3) / 4)) return false;
  scratch ??= new Uint8Array(new ArrayBuffer(scratchByteLength));
  const { read, written } = utf8.encodeInto(text, scratch);
  const isAscii = read === length && written === length;
  if (!isAscii || text.includes('+') || text.includes('/')) return false;
  const bytesInLastGroup = bytes.length % 3;
  if (bytesInLastGroup === 0) return true;
  const lastByte = bytes[bytes.length - 1] ?? 0;
  const lastDigit = (bytesInLastGroup === 1 ? lastByte << 4 : lastByte << 2) & 0x3f;
  return text[length - 1] === digits[lastDigit];
}
