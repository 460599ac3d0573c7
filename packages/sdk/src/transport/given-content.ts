import { isObject } from '../arguments.ts';
import { isUint8Array } from '../type-checks.ts';
import type { ClientCertificate, PemInput } from './connection-options.ts';

/**
 * What a function gave, piece by piece. A list refilled in place, or a holder whose fields were replaced, is another content,
 * though it is the same object: what is in it is compared, not what it is. Pieces that are neither text nor bytes are kept
 * as they are; whoever checks them refuses them.
 */
export type GivenContent = readonly unknown[];

/** Of PEM texts. */
export function contentOfPem(input: PemInput): GivenContent {
  return Array.isArray(input) ? input : [input];
}

/** Of a client certificate: the last two pieces are its key and passphrase. */
export function contentOfClientCertificate(input: ClientCertificate): GivenContent {
  if (!isObject(input)) return [input];
  const { certificate, key, passphrase } = input;
  return [...contentOfPem(certificate), key, passphrase];
}

/** The content in memory that nobody else writes to. */
export function keptContent(content: GivenContent): GivenContent {
  return content.map((piece) => (isUint8Array(piece) ? Uint8Array.from(piece) : piece));
}

/** Whether both are the same, text for text and byte for byte. */
export function isSameContent(given: GivenContent, kept: GivenContent): boolean {
  return given.length === kept.length && given.every((piece, index) => isSamePiece(piece, kept[index]));
}

function isSamePiece(given: unknown, kept: unknown): boolean {
  return isUint8Array(given) && isUint8Array(kept) ? Buffer.compare(given, kept) === 0 : given === kept;
}
