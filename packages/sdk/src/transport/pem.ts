import { isUint8Array } from '../type-checks.ts';
import type { PemInput } from './connection-options.ts';

/** The error of an input that is not what was asked for; its message never quotes the input. */
export type PemErrorClass = new (message: string) => Error;

/**
 * The PEM blocks of one kind (RFC 7468) in texts or bytes, one string each; what stands between them is passed over, as
 * explanations commonly do.
 *
 * @param what names the input in messages
 * @param label such as `CERTIFICATE`
 * @throws ErrorClass when the input is neither text nor bytes, is empty, or a part of it has no such block
 */
export function pemBlocks(
  what: string,
  label: string,
  input: PemInput,
  ErrorClass: PemErrorClass,
): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (texts.length === 0) throw new ErrorClass(`${what} is an empty list.`);
  return texts.flatMap((text) => blocksOf(what, label, textOf(what, text, ErrorClass), ErrorClass));
}

function textOf(what: string, text: unknown, ErrorClass: PemErrorClass): string {
  if (typeof text === 'string') return text;
  if (isUint8Array(text)) return new TextDecoder().decode(text);
  throw new ErrorClass(`${what} holds something that is neither text nor bytes.`);
}

function blocksOf(what: string, label: string, text: string, ErrorClass: PemErrorClass): readonly string[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: string[] = [];
  for (let start = text.indexOf(begin); start !== -1; start = text.indexOf(begin, start)) {
    const last = text.indexOf(end, start);
    if (last === -1) throw new ErrorClass(`${what} holds a PEM block that does not end.`);
    blocks.push(`${text.slice(start, last + end.length)}\n`);
    start = last;
  }
  if (blocks.length === 0) throw new ErrorClass(`${what} holds no PEM block "${label}".`);
  return blocks;
}

/** The bytes of a PEM block. What is no base64 is passed over, and found by who reads the bytes. */
export function pemBytes(block: string): Uint8Array {
  return Buffer.from(block.replace(/-----[^-]+-----/g, ''), 'base64');
}
