import { isUtf8 } from 'node:buffer';
import { KmsFault } from '../faults/kms-fault.ts';
import { findJsonFlaw } from './json-flaw.ts';

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
  if (!isUtf8(body)) throw new KmsFault('SerializationException');
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const value = parse(text);
  if (!isMembers(value) || findJsonFlaw(text, maxDepth) !== undefined)
    throw new KmsFault('SerializationException');
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body.
    throw new KmsFault('SerializationException');
  }
}

function isMembers(value: unknown): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
