import type { CryptoBackend } from './backend.ts';
import type { Clock } from './clock.ts';
import { InvalidArgumentError } from './crypto-errors.ts';
import type { SecretBytes } from './secret-bytes.ts';
import { isObject, isUint8Array } from './type-checks.ts';

/*
 * What the compiler refuses, refused once more for callers without types: by name, before anything has been done. Objects
 * are told by what they can do, since another copy of this package has classes of its own.
 */

/**
 * Runtimes take other buffers and texts too, each in a way of its own: an ArrayBuffer would be copied as zeros here, and
 * compared as nothing there.
 *
 * @throws {@link InvalidArgumentError} for anything but a Uint8Array that has its bytes
 */
export function requireBytes(what: string, bytes: Uint8Array): void {
  if (isUint8Array(bytes)) return;
  throw new InvalidArgumentError(
    `${what} must be a Uint8Array whose bytes are there: not transferred, and all of them.`,
  );
}

/** @throws {@link InvalidArgumentError} for anything but an object */
export function requireObject(what: string, value: object): void {
  if (!isObject(value)) throw new InvalidArgumentError(`${what} must be an object.`);
}

/** @throws {@link InvalidArgumentError} for anything but an array */
export function requireArray(what: string, value: readonly unknown[]): void {
  if (!Array.isArray(value)) throw new InvalidArgumentError(`${what} must be an array.`);
}

/** @throws {@link InvalidArgumentError} for anything but a function */
export function requireFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new InvalidArgumentError(`${what} must be a function.`);
}

/** @throws {@link InvalidArgumentError} for anything but secret bytes */
export function requireSecret(what: string, secret: SecretBytes): void {
  if (!isObject(secret) || typeof secret.reveal !== 'function' || typeof secret.dispose !== 'function') {
    throw new InvalidArgumentError(`${what} must be SecretBytes.`);
  }
}

/** @throws {@link InvalidArgumentError} for anything but a clock */
export function requireClock(clock: Clock): void {
  requireObject('A clock', clock);
  requireFunction("A clock's now", clock.now);
}

/** @throws {@link InvalidArgumentError} for anything but a backend */
export function requireBackend(backend: CryptoBackend): void {
  if (!isObject(backend) || !isObject(backend.primitives)) {
    throw new InvalidArgumentError('A backend is needed: nodeBackend or webBackend.');
  }
}
