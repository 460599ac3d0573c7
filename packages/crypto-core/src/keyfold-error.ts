/** The part of the system in which an error has its cause. */
export type ErrorLayer =
  | 'config'
  | 'transport'
  | 'tls'
  | 'auth'
  | 'api'
  | 'key'
  | 'context'
  | 'format'
  | 'integrity'
  | 'store';

/** What every error carries besides its message. */
export interface ErrorDetails {
  /** Where the cause lies. */
  readonly layer: ErrorLayer;
  /** What the caller can do about it. Constant text: never built from input. */
  readonly hint: string;
  /** Whether the same call may succeed later without a change by the caller; false unless said. */
  readonly retryable?: boolean;
  /** The error that led to this one. It must hold no secret, plaintext or body. */
  readonly cause?: unknown;
}

/** Marks Keyfold's errors across duplicate installs and realms, where `instanceof` does not hold. */
export const errorBrand: symbol = Symbol.for('keyfold.error');

/**
 * The base of all errors that Keyfold throws: one class for each cause, with a literal `code`.
 *
 * No message, hint, cause or property holds a secret, a plaintext or a request body.
 *
 * @example
 * ```ts
 * const value = sealer.sealValue('4111 1111 1111 1111', context);
 * value.set(new Uint8Array(16), value.length - 16); // another tag
 * try {
 *   opener.openValue(value, context);
 * } catch (error) {
 *   if (isKeyfoldError(error) && error.code === 'integrity_check_failed') show([error.hint]);
 *   else throw error;
 * }
 * ```
 */
export abstract class KeyfoldError extends Error {
  /** Names the cause; stable across releases. */
  abstract readonly code: string;
  /** Where the cause lies. */
  readonly layer: ErrorLayer;
  /** What the caller can do about it. */
  readonly hint: string;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;

  static {
    Object.defineProperty(KeyfoldError.prototype, errorBrand, { value: true });
  }

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.layer = details.layer;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
  }

  /** The class's name, also in stack traces. */
  override get name(): string {
    return this.constructor.name;
  }

  /** For logs: everything but the stack and the cause. */
  toJSON(): Readonly<Record<string, unknown>> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      layer: this.layer,
      hint: this.hint,
      retryable: this.retryable,
    };
  }
}

/**
 * Whether `error` is one of Keyfold's, also when another copy of the package threw it.
 *
 * @example
 * ```ts
 * isKeyfoldError(new InvalidArgumentError('The key has 16 bytes.')); // → true
 * isKeyfoldError(new Error('something else')); // → false
 * ```
 */
export function isKeyfoldError(error: unknown): error is KeyfoldError {
  try {
    return typeof error === 'object' && error !== null && Reflect.get(error, errorBrand) === true;
  } catch {
    return false; // a proxy whose trap throws, or that was revoked: anything can be thrown, and this runs where it is caught
  }
}
