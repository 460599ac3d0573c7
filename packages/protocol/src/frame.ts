import { FrameError } from './frame-error.ts';
import { limits } from './limits.ts';

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
  const text = new TextEncoder().encode(JSON.stringify(json));
  const parts = [text, ...attachments];
  const byteLength = parts.reduce((sum, part) => sum + lengthBytes + part.byteLength, 0);
  if (byteLength > limits.frameBytes) throw new FrameError('too_long');
  // An ArrayBuffer of its own: engines move small typed arrays about the heap, and a moved copy cannot be wiped.
  const frame = new Uint8Array(new ArrayBuffer(byteLength));
  const view = new DataView(frame.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setUint32(offset, part.byteLength);
    frame.set(part, offset + lengthBytes);
    offset += lengthBytes + part.byteLength;
  }
  return frame;
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
  const parts: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  do {
    if (bytes.byteLength - offset < lengthBytes) throw new FrameError('length_cut');
    if (parts.length > limits.frameAttachments) throw new FrameError('too_many_attachments');
    const length = view.getUint32(offset);
    offset += lengthBytes;
    if (length > bytes.byteLength - offset) throw new FrameError('length_exceeds_frame');
    parts.push(bytes.subarray(offset, offset + length));
    offset += length;
  } while (offset < bytes.byteLength);
  const [text = new Uint8Array(), ...attachments] = parts;
  return { json: readJson(text, parseJson), attachments };
}

function readJson(text: Uint8Array, parseJson: (text: string) => unknown): unknown {
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    throw new FrameError('json_not_utf8');
  }
  try {
    return parseJson(decoded);
  } catch (error) {
    throw error instanceof SyntaxError ? new FrameError('json_not_valid') : error;
  }
}
