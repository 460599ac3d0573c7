import { type IdentifierKind, identifierPatterns } from '@keyfold/protocol';
import { IdentifierInvalidError } from './configuration-errors.ts';

/**
 * An id as it is sent, checked here so that a mistake shows where it was made.
 *
 * @throws {@link IdentifierInvalidError}
 */
export function checkedIdentifier(
  kind: IdentifierKind & ('tenant' | 'service' | 'apiKey'),
  id: string,
): string {
  if (typeof id === 'string' && identifierPatterns[kind].test(id)) return id;
  throw new IdentifierInvalidError(`The ${names[kind]} does not have the form of one.`);
}

const names = { tenant: 'tenant id', service: 'service id', apiKey: 'id of the API key' } as const;
