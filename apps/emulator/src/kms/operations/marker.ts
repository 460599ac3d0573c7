import { KmsFault } from '../faults/kms-fault.ts';

/**
 * Where a list goes on: the operation and the last item of the page before, in base64url. It gives no access: what comes after
 * it is looked for among the caller's own.
 */
export function writeMarker(operation: string, last: string): string {
  return Buffer.from(`${operation} ${last}`).toString('base64url');
}

/**
 * @param isItem - whether a text can be an item of that list.
 * @throws {KmsFault} InvalidMarkerException for a marker that `operation` did not write
 */
export function readMarker(operation: string, marker: string, isItem: (text: string) => boolean): string {
  const prefix = `${operation} `;
  const text = Buffer.from(marker, 'base64url').toString('utf8');
  const last = text.slice(prefix.length);
  if (!text.startsWith(prefix) || !isItem(last) || writeMarker(operation, last) !== marker)
    throw new KmsFault('InvalidMarkerException');
  return last;
}
