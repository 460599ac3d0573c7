import { identifierPatterns } from '../identifiers.ts';
import { limits } from '../limits.ts';
import type { RequestBody } from '../messages.ts';
import type { OperationId } from '../operations.ts';
import { fixedBytesPattern } from './fixed-bytes-pattern.ts';

const commitmentPattern = fixedBytesPattern(limits.commitmentBytes);
const recordHeaderPattern = fixedBytesPattern(limits.recordHeaderBytes);

type Members = Readonly<Record<string, unknown>>;

/** The bodies of the requests that come again and again, about data keys of services: each with as many members as it must have. */
const checks: { readonly [Id in OperationId]?: (json: unknown) => boolean } = {
  wrapDataKeys: (json) =>
    isObjectOf(json, 2) &&
    isServiceScope(json['scope']) &&
    isBatchOf(json['items'], 'commitment', commitmentPattern),
  unwrapDataKeys: isDataKeyHeaders,
  rewrapDataKeys: isDataKeyHeaders,
  generateDataKeys: (json) =>
    isObjectOf(json, 2) && isServiceScope(json['scope']) && isItemCount(json['count']),
};

/**
 * Whether a body, as `JSON.parse` gives it, is one that the operation's schema takes as it is. What is not found to be one is left
 * to the schema, which alone says what is wrong, and whether anything is: this spares it the bodies that come most, for which it
 * would make everything anew.
 *
 * @example
 * ```ts
 * isPlainRequest('generateDataKeys', { scope: { kind: 'service', id: 'billing' }, count: 1 }); // true
 * isPlainRequest('generateDataKeys', { scope: { kind: 'tenant' }, count: 1 }); // false, and the schema takes it
 * ```
 */
export function isPlainRequest<Id extends OperationId>(id: Id, json: unknown): json is RequestBody<Id> {
  return checks[id]?.(json) === true;
}

function isDataKeyHeaders(json: unknown): boolean {
  return (
    isObjectOf(json, 2) &&
    isServiceScope(json['scope']) &&
    isBatchOf(json['items'], 'header', recordHeaderPattern)
  );
}

function isServiceScope(scope: unknown): boolean {
  if (!isObjectOf(scope, 2)) return false;
  const { kind, id } = scope;
  return kind === 'service' && typeof id === 'string' && identifierPatterns.service.test(id);
}

function isBatchOf(items: unknown, member: string, pattern: RegExp): boolean {
  if (!Array.isArray(items) || items.length < 1 || items.length > limits.batchItems) return false;
  for (const item of items) {
    if (!isObjectOf(item, 1)) return false;
    const text = item[member];
    if (typeof text !== 'string' || !pattern.test(text)) return false;
  }
  return true;
}

function isItemCount(count: unknown): boolean {
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= limits.batchItems;
}

/** An object literal with so many members: those that are asked for are then all that there are. */
function isObjectOf(value: unknown, members: number): value is Members {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  let count = 0;
  for (const _ in value) count += 1;
  return count === members;
}
