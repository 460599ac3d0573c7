import { type IdentifierKind, identifierPatterns, limits, type PageQuery } from '@keyfold/protocol';
import { ApiError } from '../api-error.ts';

/** A page with its limit decided. */
export interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * The page that a query asks for, in a list whose cursors are ids of one kind.
 *
 * @throws {@link ApiError} `invalid_request` for a cursor that no page of this list ended with
 */
export function pageOf({ limit = limits.defaultPageItems, cursor }: PageQuery, kind: IdentifierKind): Page {
  if (cursor === undefined) return { limit };
  if (!identifierPatterns[kind].test(cursor)) {
    throw new ApiError('invalid_request', 'The query at cursor does not have the required form.');
  }
  return { limit, cursor };
}
