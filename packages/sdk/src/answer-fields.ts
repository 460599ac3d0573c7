import { decodeBase64url } from '@keyfold/crypto-core';

/** An answer that lacks a field, or has it of another type. Names the field; quotes nothing of the answer. */
export class AnswerMismatch extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`The field ${field} is missing or malformed.`);
    this.name = 'AnswerMismatch';
    this.field = field;
  }
}

/*
 * Readers of the fields of a JSON answer. The SDK carries no schema library: a handful of checks is all it needs.
 * Each throws AnswerMismatch; unknown fields are passed over, so that a newer service can add some.
 */

export function readField(parent: unknown, name: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name))
    throw new AnswerMismatch(name);
  return Reflect.get(parent, name);
}

export function readString(parent: unknown, name: string): string {
  const value = readField(parent, name);
  if (typeof value !== 'string') throw new AnswerMismatch(name);
  return value;
}

/** A finite number, at least 0. */
export function readCount(parent: unknown, name: string): number {
  const value = readField(parent, name);
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new AnswerMismatch(name);
  return value;
}

export function readList<T>(
  parent: unknown,
  name: string,
  read: (item: unknown, index: number) => T,
): readonly T[] {
  const value = readField(parent, name);
  if (!Array.isArray(value)) throw new AnswerMismatch(name);
  return value.map((item: unknown, index) => read(item, index));
}

/** Canonical base64url of exactly `byteLength` bytes; nothing secret travels in this form. */
export function readBytes(parent: unknown, name: string, byteLength: number): Uint8Array {
  const text = readString(parent, name);
  const bytes = decoded(text, name);
  if (bytes.byteLength !== byteLength) throw new AnswerMismatch(name);
  return bytes;
}

function decoded(text: string, name: string): Uint8Array {
  try {
    return decodeBase64url(text);
  } catch {
    throw new AnswerMismatch(name);
  }
}
