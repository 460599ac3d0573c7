import { CanonicalBytes } from '../canonical-bytes.ts';
import { InvalidEncryptionContextError } from '../crypto-errors.ts';
import { requireContextOptions, type ValueContextOptions, writeContext } from '../encryption-context.ts';
import { formByte, purposeByte, suiteAes256GcmHkdfSha256 } from '../format.ts';
import { writeTenantAndScope } from '../scope.ts';
import { isObject } from '../type-checks.ts';

/** What a stream is bound to: the same as for a value. */
export type StreamContextOptions = ValueContextOptions;

/**
 * What a stream is bound to, encoded once and reused for any number of streams. Made by {@link prepareStreamContext}; the
 * package exports only the type.
 */
export class StreamContext {
  readonly #aad: Uint8Array;

  constructor(aad: Uint8Array) {
    this.#aad = aad;
  }

  /** The construction's context; not to be changed. */
  static aadOf(context: StreamContext): Uint8Array {
    if (!isObject(context) || !(#aad in context))
      throw new InvalidEncryptionContextError('Expected what prepareStreamContext returned.');
    return context.#aad;
  }
}

/**
 * Encodes what a stream is bound to, as for a value but with a first byte and a purpose of its own
 * (docs/formats/aad.md): a stream never opens where a value is expected, nor under a value's context.
 *
 * @throws {@link InvalidEncryptionContextError} when a part is missing, too long, not a string or has lone surrogates
 * @example
 * ```ts
 * const context = prepareStreamContext({
 *   tenant: 'acme',
 *   scope: { kind: 'service', id: 'archive' },
 *   context: { object: 'scan-42.pdf' },
 * });
 * ```
 */
export function prepareStreamContext(options: StreamContextOptions): StreamContext {
  requireContextOptions(options);
  const out = new CanonicalBytes();
  out.u8(formByte.stream);
  out.u8(suiteAes256GcmHkdfSha256);
  out.u8(purposeByte.stream);
  writeTenantAndScope(out, options.tenant, options.scope);
  writeContext(out, options.context);
  return new StreamContext(out.finish());
}
