import { InvalidArgumentError } from '@keyfold/crypto-core';
import { encodeRowKey } from './row-key.ts';
import type { Change } from './store.ts';

/**
 * What every store checks of a batch before it looks at a row.
 *
 * @throws {@link InvalidArgumentError} for a malformed key or revision, or when two changes name the same row
 * @example
 * ```ts
 * async commit(changes: readonly Change[]): Promise<void> {
 *   checkChanges(changes);
 *   // …
 * }
 * ```
 */
export function checkChanges(changes: readonly Change[]): void {
  const seen = new Set<string>();
  for (const { table, key, expectedRevision } of changes) {
    if (!Number.isSafeInteger(expectedRevision) || expectedRevision < 0) {
      throw new InvalidArgumentError('An expected revision is an integer of at least 0.');
    }
    encodeRowKey(key);
    const row = JSON.stringify([table, ...key]);
    if (seen.has(row))
      throw new InvalidArgumentError(`A batch names the row ${describeRow(table, key)} twice.`);
    seen.add(row);
  }
}

/**
 * A row's name for messages: the table and the parts of the key, which hold ids and never a secret.
 *
 * @example
 * ```ts
 * describeRow('service', ['acme', 'billing']); // 'service/acme/billing'
 * ```
 */
export function describeRow(table: string, key: readonly string[]): string {
  return `${table}/${key.join('/')}`;
}
