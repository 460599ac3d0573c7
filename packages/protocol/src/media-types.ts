/** The media types of the encryption API. A request with a body carries exactly the one its operation names. */
export const mediaTypes = {
  json: 'application/json',
  frame: 'application/vnd.keyfold.frame',
} as const;
