import { readPageMark, writePageMark } from '../../aws/page-mark.ts';
import { KmsFault } from '../faults/kms-fault.ts';

/** Where a list goes on: the operation and the last item of the page before. */
export function writeMarker(operation: string, last: string): string {
  return writePageMark(`${operation} ${last}`);
}

/**
 * @param isItem - whether a text can be an item of that list.
 * @throws {KmsFault} InvalidMarkerException for a marker that `operation` did not write
 */
export function readMarker(operation: string, marker: string, isItem: (text: string) => boolean): string {
  const prefix = `${operation} `;
  const text = readPageMark(marker);
  const last = text?.slice(prefix.length) ?? '';
  if (text?.startsWith(prefix) !== true || !isItem(last)) throw new KmsFault('InvalidMarkerException');
  return last;
}
