/** The numbers both ends of the API agree on. Lengths are in bytes unless the name says characters. */
export const limits = {
  /** Items of one data-key batch. */
  batchItems: 500,
  /** Largest request body; a full batch needs less than half of it. */
  requestBytes: 262_144,
  /** Largest frame, in either direction. */
  frameBytes: 262_144,
  /** Attachments of one frame: one per item of a batch. */
  frameAttachments: 500,
  dataKeyBytes: 32,
  commitmentBytes: 32,
  keyReferenceBytes: 8,
  /** wrap nonce 12 ‖ wrapped data key 32 ‖ tag 16 */
  wrappedDataKeyBytes: 60,
  recordHeaderBytes: 102,
  /** Items of one page of a list, and how many are sent when the caller names no number. */
  pageItems: 100,
  defaultPageItems: 50,
  cursorCharacters: 256,
  rootProviderCharacters: 64,
  rootKeyIdCharacters: 2048,
  scopeIdCharacters: 256,
  descriptionCharacters: 256,
  /** Tenants that one API key may name one by one; a key for all of them says `'*'`. */
  apiKeyTenants: 100,
  /** Longest API key: `kf_application_` and 43 characters. */
  apiKeyCharacters: 58,
  /** Nesting of arrays and objects in a JSON body. */
  jsonDepth: 32,
} as const;
