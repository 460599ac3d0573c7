import { readStrictJson, StrictJsonError } from '@keyfold/crypto-core';
import { KmsFault } from '../faults/kms-fault.ts';
import { readPlainJson } from './plain-json.ts';

/** A request's members by name, not yet looked at. */
export type JsonMembers = Readonly<Record<string, unknown>>;

/** No request of AWS KMS nests deeper than three levels. */
const maxDepth = 16;

/**
 * Reads a request's body: one JSON object in UTF-8.
 *
 * @throws {KmsFault} SerializationException without text, as AWS answers, for anything else; also for a member that is named
 *   twice, since a client and a server that take different ones of the two would not encrypt under the same context.
 */
export function parseRequestBody(body: Uint8Array): JsonMembers {
  const value = readPlainJson(body, maxDepth) ?? parse(body);
  if (!isMembers(value)) throw new KmsFault('SerializationException');
  return value;
}

function parse(body: Uint8Array): unknown {
  try {
    // A context key named `__proto__` is a key as any other: members are read by name and never copied.
    return readStrictJson(body, { maxDepth, protoName: 'keep' });
  } catch (error) {
    // Its text says more than AWS's answer, which says nothing.
    if (error instanceof StrictJsonError) throw new KmsFault('SerializationException');
    throw error;
  }
}

function isMembers(value: unknown): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
