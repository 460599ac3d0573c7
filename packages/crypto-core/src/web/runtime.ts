import { requireBytes } from '../argument-types.ts';
import { UnsupportedByRuntimeError } from '../crypto-errors.ts';

/** The runtime's Web Cryptography, as far as TypeScript knows it without a browser's types. */
export type WebSubtle = typeof globalThis.crypto.subtle;
/** A key inside the runtime. */
export type WebKey = Awaited<ReturnType<WebSubtle['importKey']>>;

/**
 * The runtime's `crypto.subtle`, looked up at each use, so that importing this package needs no runtime at all.
 *
 * @throws {@link UnsupportedByRuntimeError} where there is none, as on pages that did not come over HTTPS
 */
export function webSubtle(): WebSubtle {
  const subtle: WebSubtle | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new UnsupportedByRuntimeError(
      'This runtime has no crypto.subtle; browsers have it on HTTPS pages only.',
    );
  }
  return subtle;
}

/**
 * The outcome of a call of `crypto.subtle`; its NotSupportedError becomes one of ours.
 *
 * @param what the algorithm, for the message
 * @throws {@link UnsupportedByRuntimeError} when the runtime does not have the algorithm
 */
export async function offered<T>(what: string, outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    if (!isNamed(error, 'NotSupportedError')) throw error;
    throw new UnsupportedByRuntimeError(`This runtime's Web Crypto does not offer ${what}.`, {
      cause: error,
    });
  }
}

/**
 * The outcome of a decryption, or undefined when the runtime says that the bytes do not belong to the key: a tag that does
 * not match, wrong padding (Web Cryptography, "Decrypt" of AES-GCM and AES-CBC, "Unwrap Key" of AES-KW: OperationError). Other errors are thrown on.
 */
export async function unlessRefused<T>(outcome: Promise<T>): Promise<T | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (isNamed(error, 'OperationError')) return undefined;
    throw error;
  }
}

/**
 * A copy in memory of its own. Web Crypto refuses views of shared memory; and what a caller changes while a promise is
 * under way must not change the outcome.
 *
 * @throws {@link InvalidArgumentError} for anything but a Uint8Array
 */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  requireBytes('What is handed over', bytes);
  const copy = new Uint8Array(new ArrayBuffer(bytes.byteLength));
  copy.set(bytes);
  return copy;
}

/** Whether `error` is a DOMException of this name; by name, since runtimes have classes of their own. */
export function isNamed(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'name') === name;
}
