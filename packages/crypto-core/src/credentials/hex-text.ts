const digits = /* @__PURE__ */ new TextEncoder().encode('0123456789abcdef');
const notADigit = 0xff;
/** For each ASCII code the digit's value, or 255. */
const values: Uint8Array = /* @__PURE__ */ digitValues();

function digitValues(): Uint8Array {
  const table = new Uint8Array(128).fill(notADigit);
  for (const [value, code] of digits.entries()) {
    table[code] = value;
    table[String.fromCharCode(code).toUpperCase().charCodeAt(0)] = value;
  }
  return table;
}

/** Lower-case hex of bytes that are public or stored: never of a key. */
export function hexOf(bytes: Uint8Array): string {
  // No string for each byte: 64 MiB would become gigabytes.
  const codes = new Uint8Array(2 * bytes.byteLength);
  let out = 0;
  // By index: the iterator costs twice the rest.
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    codes[out++] = digits[byte >>> 4] ?? 0;
    codes[out++] = digits[byte & 15] ?? 0;
  }
  return new TextDecoder().decode(codes); // all ASCII
}

/** The bytes of a text of hex digits in either case, or undefined for any other text. */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (typeof text !== 'string' || text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(new ArrayBuffer(text.length / 2));
  let seen = 0; // collects the bits of everything that is no digit, whose value is 255
  for (let i = 0; i < bytes.length; i++) {
    const high = valueAt(text, 2 * i);
    const low = valueAt(text, 2 * i + 1);
    seen |= high | low;
    bytes[i] = (high << 4) | low;
  }
  return seen > 15 ? undefined : bytes;
}

function valueAt(text: string, index: number): number {
  return values[text.charCodeAt(index)] ?? notADigit;
}
