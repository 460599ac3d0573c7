import type { Lease } from '@keyfold/crypto-core';

/** What was read from the store, and the lease under which it was read. */
export interface Remembered<T> {
  readonly lease: Lease;
  readonly value: Promise<T>;
  /** The value once it is there, for whoever does not want to wait. */
  atHand?: T;
}

/** What is remembered under this lease and has been read by now. */
export function atHand<T>(
  lease: Lease,
  memory: ReadonlyMap<string, Remembered<T>>,
  name: string,
): T | undefined {
  const known = memory.get(name);
  return known?.lease === lease ? known.atHand : undefined;
}

/**
 * What `read` returns, once under each lease however many ask together; a failure is not remembered.
 *
 * @param read is given what was remembered under an earlier lease
 */
export async function remember<T>(
  lease: Lease,
  memory: Map<string, Remembered<T>>,
  name: string,
  read: (known: T | undefined) => Promise<T>,
): Promise<T> {
  const known = memory.get(name);
  if (known !== undefined && known.lease === lease) return await known.value;
  const remembered: Remembered<T> = {
    lease,
    value: known === undefined ? read(undefined) : known.value.catch(() => undefined).then(read),
  };
  memory.set(name, remembered);
  try {
    const value = await remembered.value;
    remembered.atHand = value;
    return value;
  } catch (error) {
    if (memory.get(name) === remembered) memory.delete(name);
    throw error;
  }
}
