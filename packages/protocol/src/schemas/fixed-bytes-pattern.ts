/**
 * Exactly `byteLength` bytes in canonical base64url without padding (RFC 4648 §3.5: the unused bits of the last
 * character are zero, so that one value has one spelling).
 */
export function fixedBytesPattern(byteLength: number): RegExp {
  const whole = Math.floor((byteLength * 8) / 6);
  const last = ['', '[AQgw]', '[AEIMQUYcgkosw048]'][byteLength % 3] ?? '';
  return new RegExp(`^[A-Za-z0-9_-]{${whole}}${last}$`);
}
