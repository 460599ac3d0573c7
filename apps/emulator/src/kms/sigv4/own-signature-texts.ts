/**
 * Texts of refused signatures for which AWS's own words to a client of AWS KMS are not on record. They are ours, in AWS's manner; the
 * table of operations lists them. `{value}` is what came, or what is allowed.
 */
export const ownSignatureTexts = {
  algorithmUnknown: "Unsupported AWS 'algorithm': '{value}'.",
  expiresOutOfRange: "'X-Amz-Expires' must be a number of seconds from 1 to {value}.",
  headerParameterTwice: "Authorization header has '{value}' twice.",
  missing: 'Missing Authentication Token',
  queryParameterMissing: "AWS query-string parameters must include 'X-Amz-{value}'.",
  queryParameterTwice: "AWS query-string has '{value}' twice.",
  tokenTwice: "A request has one 'X-Amz-Security-Token': there is more than one.",
  twoSignatures: 'A request has one signature: there is more than one.',
} as const;

/** The text of a row of {@link ownSignatureTexts}, with its value put in. */
export function ownSignatureText(name: keyof typeof ownSignatureTexts, value: string | number = ''): string {
  return ownSignatureTexts[name].replace('{value}', () => String(value));
}
