import { decodeFrame, FrameError, mediaTypes } from '@keyfold/protocol';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What ends before its form is complete, by media type. Whether it is otherwise as it should be, others look at. */
const cutShort: readonly (readonly [RegExp, (body: Uint8Array) => boolean])[] = [
  [/^application\/(?:[\w.+-]+\+)?json\b/i, isCutJson],
  [new RegExp(`^${mediaTypes.frame.replaceAll('.', '\\.')}\\b`, 'i'), isCutFrame],
];

/**
 * Whether the end of an answer's body came too soon. HTTP says it by a length or by chunks (RFC 9112 §6.3); over HTTP/2 an
 * answer may have neither, and undici takes a stream that was reset with NO_ERROR or CANCEL for one that has ended
 * (RFC 9113 §8.1). Then the body itself is all there is to go by.
 *
 * @param header a header's value by its name in lower case
 */
export function isCutShort(
  status: number,
  header: (name: string) => string | undefined,
  body: Uint8Array,
): boolean {
  if (header('content-length') !== undefined || header('transfer-encoding') !== undefined) return false;
  if (status === 204 || status === 304) return false; // there is no body (RFC 9110 §15.3.5, §15.4.5)
  const type = header('content-type') ?? '';
  return cutShort.some(([form, isCut]) => form.test(type) && isCut(body));
}

function isCutJson(body: Uint8Array): boolean {
  try {
    JSON.parse(utf8.decode(body));
    return false;
  } catch {
    return true;
  }
}

function isCutFrame(body: Uint8Array): boolean {
  try {
    decodeFrame(body, { maxBytes: body.byteLength, parseJson: () => null });
    return false;
  } catch (error) {
    return error instanceof FrameError && /^length_/.test(error.fault);
  }
}
