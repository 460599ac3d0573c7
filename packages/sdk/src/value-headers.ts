import { type DataKeyHeader, parseValue } from '@keyfold/crypto-core';
import { hasBytesAt } from './same-bytes.ts';

/** What was read last of a value, to compare the next one with. */
interface ReadHeader {
  readonly formByte: number | undefined;
  /** In memory of its own: the caller's bytes may change. */
  readonly header: DataKeyHeader;
  /** Length of a value without content. */
  readonly minByteLength: number;
}

/**
 * Reads the headers of values. Thousands of values share a data key, and often come one after the other: where a value
 * has the header of the one before it, byte for byte, comparing them takes less than reading it anew.
 */
export class ValueHeaders {
  #last: ReadHeader | undefined;

  /**
   * The header of a value; the same object while it is the same header.
   *
   * @throws what `parseValue` throws
   */
  of(value: Uint8Array): DataKeyHeader {
    const last = this.#last;
    if (
      last !== undefined &&
      value.length >= last.minByteLength &&
      value[0] === last.formByte &&
      hasBytesAt(value, 1, last.header.bytes)
    ) {
      return last.header;
    }
    const { header, contentByteLength } = parseValue(value);
    this.#last = { formByte: value[0], header, minByteLength: value.length - contentByteLength };
    return header;
  }
}
