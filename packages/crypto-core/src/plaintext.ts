/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonObject | JsonArray;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
/** A JSON array. */
export type JsonArray = readonly JsonValue[];

/**
 * What can be encrypted; each comes back as its own type. `null` and `undefined` are not among them: they are
 * the caller's to keep in the clear.
 */
export type Plaintext = Uint8Array | string | number | bigint | boolean | Date | JsonObject | JsonArray;
