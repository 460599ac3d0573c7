import { FrameError } from './frame-error.ts';
import { limits } from './limits.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// u32 BE JSON length ‖ JSON in UTF-8 ‖ (u32 BE length ‖ bytes)* to the end.
const lengthBytes = 4;

/** A decoded frame. */
export interface Frame {
  readonly json: unknown;
  /** Views of the frame's own memory, in order: wiping the frame wipes them. */
  readonly attachments: readonly Uint8Array[];
}

/** How a frame is read. */
export interface DecodeFrameOptions {
  /** Longest frame that is read, in bytes. Default 262,144. */
  readonly maxBytes?: number;
  /** Reads the JSON part. Default `JSON.parse`. What it throws is passed on, unless it is a `SyntaxError`. */
  readonly parseJson?: (text: string) => unknown;
}

/**
 * Puts JSON and key bytes into one buffer. Key bytes never become part of the JSON, because JavaScript strings
 * cannot be wiped.
 *
 * @param json anything `JSON.stringify` takes; nothing secret.
 * @param attachments copied; the caller wipes his own, and the returned frame once it is sent.
 * @returns a buffer with memory of its own, never from a pool.
 * @throws {FrameError} `too_long` above 262,144 bytes, `too_many_attachments` above 500 attachments.
 *
 * @example
 * ```ts
 * const frame = encodeFrame({ items: [{ commitment }] }, [dataKey]);
 * try { await send(frame); } finally { frame.fill(0); }
 * ```
 */
export function encodeFrame(json: unknown, attachments: readonly Uint8Array[]): Uint8Array {
  if (attachments.length > limits.frameAttachments) throw new FrameError('too_many_attachments');
  // Undefined for what JSON cannot say, whatever its type here says.
  const text: string = JSON.stringify(json) ?? '';
  const textLength = utf8Length(text);
  const byteLength = attachments.reduce(
    (sum, part) => sum + lengthBytes + part.byteLength,
    lengthBytes + textLength,
  );
  if (byteLength > limits.frameBytes) throw new FrameError('too_long');
  // An ArrayBuffer of its own: engines move small typed arrays about the heap, and a moved copy cannot be wiped.
  const frame = new Uint8Array(new ArrayBuffer(byteLength));
  writeLength(frame, 0, textLength);
  // Into the frame at once: memory of its own for the text would cost as much as the frame.
  encoder.encodeInto(text, frame.subarray(lengthBytes));
  let offset = lengthBytes + textLength;
  for (const part of attachments) {
    writeLength(frame, offset, part.byteLength);
    frame.set(part, offset + lengthBytes);
    offset += lengthBytes + part.byteLength;
  }
  return frame;
}

/** Bytes of a text without lone surrogates, which JSON escapes. */
function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}

function writeLength(frame: Uint8Array, at: number, length: number): void {
  frame[at] = length >>> 24;
  frame[at + 1] = length >>> 16;
  frame[at + 2] = length >>> 8;
  frame[at + 3] = length;
}

/**
 * Takes a frame apart. Whoever calls it compares the number and the lengths of the attachments with what the JSON
 * announces: any run of well-formed attachments is a well-formed frame.
 *
 * @throws {FrameError} if the frame does not follow the format; `fault` says how.
 *
 * @example
 * ```ts
 * const { json, attachments } = decodeFrame(bytes);
 * ```
 */
export function decodeFrame(bytes: Uint8Array, options: DecodeFrameOptions = {}): Frame {
  const { maxBytes = limits.frameBytes, parseJson = JSON.parse } = options;
  if (bytes.byteLength > maxBytes) throw new FrameError('too_long');
  const text = partAt(bytes, 0);
  const attachments: Uint8Array[] = [];
  let offset = lengthBytes + text.byteLength;
  while (offset < bytes.byteLength) {
    if (attachments.length === limits.frameAttachments) throw new FrameError('too_many_attachments');
    const attachment = partAt(bytes, offset);
    attachments.push(attachment);
    offset += lengthBytes + attachment.byteLength;
  }
  return { json: readJson(text, parseJson), attachments };
}

/** The part whose length is written at `offset`. */
function partAt(bytes: Uint8Array, offset: number): Uint8Array {
  const at = offset + lengthBytes;
  if (bytes.byteLength < at) throw new FrameError('length_cut');
  const [a = 0, b = 0, c = 0, d = 0] = [
    bytes[offset],
    bytes[offset + 1],
    bytes[offset + 2],
    bytes[offset + 3],
  ];
  const length = a * 0x100_0000 + ((b << 16) | (c << 8) | d);
  if (length > bytes.byteLength - at) throw new FrameError('length_exceeds_frame');
  return bytes.subarray(at, at + length);
}

function readJson(text: Uint8Array, parseJson: (text: string) => unknown): unknown {
  let decoded: string;
  try {
    decoded = decoder.decode(text);
  } catch {
    throw new FrameError('json_not_utf8');
  }
  try {
    return parseJson(decoded);
  } catch (error) {
    throw error instanceof SyntaxError ? new FrameError('json_not_valid') : error;
  }
}
