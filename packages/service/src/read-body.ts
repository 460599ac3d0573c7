import { parseStrictJson, readStrictJson, StrictJsonError } from '@keyfold/crypto-core';
import { type BodyForm, decodeFrame, FrameError, headerNames, limits, mediaTypes } from '@keyfold/protocol';
import { ApiError } from './api-error.ts';
import { headerOf, type ServiceRequest } from './service-request.ts';

/** A request's body, not yet checked against a schema. */
export interface ReadBody {
  /** null where there is no body. */
  readonly json: unknown;
  /** Views of the request's body. */
  readonly attachments: readonly Uint8Array[];
}

const strict = { maxDepth: limits.jsonDepth } as const;

const readers: Readonly<Record<BodyForm, (bytes: Uint8Array) => ReadBody>> = {
  none: (bytes) => {
    if (bytes.byteLength > 0) throw new ApiError('invalid_request', 'The operation takes no body.');
    return { json: null, attachments: [] };
  },
  json: (bytes) => ({ json: readStrictJson(bytes, strict), attachments: [] }),
  frame: (bytes) => decodeFrame(bytes, { parseJson: (text) => parseStrictJson(text, strict) }),
};

/**
 * Reads the body in the form that the operation takes.
 *
 * @throws {@link ApiError} `payload_too_large`, `unsupported_media_type`, `invalid_request`
 */
export function readBody(form: BodyForm, request: ServiceRequest): ReadBody {
  if (request.body.byteLength > limits.requestBytes) throw new ApiError('payload_too_large');
  if (form !== 'none' && !isOf(mediaTypes[form], headerOf(request, headerNames.contentType))) {
    throw new ApiError('unsupported_media_type');
  }
  // Nothing is ever decompressed, so that a small body stays one (RFC 9110 §8.4: 415 says so).
  if (request.headers['content-encoding'] !== undefined) throw new ApiError('unsupported_media_type');
  try {
    return readers[form](request.body);
  } catch (error) {
    if (error instanceof StrictJsonError) throw new ApiError('invalid_request', jsonMessage(error));
    if (error instanceof FrameError) throw new ApiError('invalid_request', error.message);
    throw error;
  }
}

/** The reader's own words, which do not know the limit they were given. */
function jsonMessage({ fault, message }: StrictJsonError): string {
  return fault === 'too_deep' ? `The JSON is nested deeper than ${limits.jsonDepth} levels.` : message;
}

/** Whether a body is of a type, whatever its parameters: JSON is always UTF-8 (RFC 8259 §8.1), and a frame has none. */
function isOf(mediaType: string, contentType: string | undefined): boolean {
  return contentType === mediaType || contentType?.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
}
