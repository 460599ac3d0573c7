/** Whether `bytes` holds all of `expected` from `at`. Not for secrets: it takes longer the more of them agree. */
export function hasBytesAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  // `length` is read once, and is not `byteLength`: V8 calls the getter in each turn.
  const { length } = expected;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
}
