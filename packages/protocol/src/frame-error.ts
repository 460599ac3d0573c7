/** What may be wrong with a frame. */
export type FrameFault =
  | 'too_long'
  | 'length_cut'
  | 'length_exceeds_frame'
  | 'too_many_attachments'
  | 'json_not_utf8'
  | 'json_not_valid';

const texts: Readonly<Record<FrameFault, string>> = {
  too_long: 'The frame is longer than the limit.',
  length_cut: 'The frame ends inside a length.',
  length_exceeds_frame: 'A length in the frame reaches beyond its end.',
  too_many_attachments: 'The frame has more attachments than the limit.',
  json_not_utf8: 'The JSON part of the frame is not UTF-8.',
  json_not_valid: 'The JSON part of the frame is not valid JSON.',
};

/**
 * A frame that does not follow the format. It quotes nothing of the frame and keeps no cause: a lying length can
 * make key bytes stand where JSON is expected, and `JSON.parse` quotes what it could not read.
 */
export class FrameError extends Error {
  readonly code = 'invalid_frame' as const;
  readonly fault: FrameFault;

  constructor(fault: FrameFault) {
    super(texts[fault]);
    this.name = 'FrameError';
    this.fault = fault;
  }
}
