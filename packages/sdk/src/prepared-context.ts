import {
  type EncryptionContext,
  InvalidEncryptionContextError,
  prepareValueContext,
  type ValueContext,
} from '@keyfold/crypto-core';
import type { KeyScope } from './key-scope.ts';
import { EncryptionContextRequiredError } from './value-errors.ts';

/**
 * What values of one tenant's service belong to, encoded once for any number of calls. Made by `ServiceKeys.prepareContext`; the
 * package exports only the type.
 */
export class PreparedContext {
  readonly #scope: KeyScope;
  readonly #context: ValueContext;

  constructor(scope: KeyScope, context: ValueContext) {
    this.#scope = scope;
    this.#context = context;
  }

  /** @throws InvalidEncryptionContextError when it was prepared for another tenant or service, or by nobody */
  static in(scope: KeyScope, prepared: PreparedContext): ValueContext {
    if (!(#scope in prepared))
      throw new InvalidEncryptionContextError('Expected what prepareContext returned.');
    if (prepared.#scope !== scope && prepared.#scope.mapKey !== scope.mapKey) {
      throw new InvalidEncryptionContextError('The context was prepared for another tenant or service.');
    }
    return prepared.#context;
  }
}

/**
 * A context as the cryptography takes it.
 *
 * @throws EncryptionContextRequiredError, InvalidEncryptionContextError
 */
export function valueContextIn(
  scope: KeyScope,
  context: EncryptionContext | PreparedContext | undefined,
): ValueContext {
  if (context instanceof PreparedContext) return PreparedContext.in(scope, context);
  // An empty context would bind a value to nothing but its service: any two values of it could be swapped.
  if (context === undefined || context === null || isEmpty(context))
    throw new EncryptionContextRequiredError();
  return prepareValueContext({ tenant: scope.tenant, scope: scope.scope, context });
}

function isEmpty(context: EncryptionContext): boolean {
  for (const name in context) if (Object.hasOwn(context, name)) return false;
  return typeof context === 'object'; // anything else is refused by name when it is encoded
}
