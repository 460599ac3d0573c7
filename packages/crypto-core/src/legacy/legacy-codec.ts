import type { Awaitable } from '../awaitable.ts';

/** The formats of other systems that are read, and some written. */
export type LegacyFormatName =
  | 'iv-prefixed'
  | 'fernet'
  | 'salted-fernet'
  | 'json-payload'
  | 'envelope-record';

/** What other systems store: text, or the bytes of a binary column. */
export type LegacyStored = string | Uint8Array;

/**
 * What came out of a legacy ciphertext. It was not bound to a tenant, row or field as Keyfold binds what it seals: someone
 * who could write to the old store may have moved it there from elsewhere. Seal it anew, under its context.
 */
export interface ImportedPlaintext {
  readonly bytes: Uint8Array;
  /** Always false, so that an import cannot be taken for an opened value by mistake. */
  readonly boundContext: false;
}

/**
 * One format of another system. The caller names it by choosing the codec: nothing here tries one format after another,
 * and opening a native value never comes here.
 *
 * `Parsed` is what the format stores, `Key` what it is decrypted with, `Options` what a single call may add.
 */
export interface LegacyCodec<
  Parsed,
  Key,
  Options extends object = object,
  Imported extends ImportedPlaintext = ImportedPlaintext,
> {
  readonly name: LegacyFormatName;
  /**
   * Whether the structure is that of this format. For counting and reporting what a column holds, not for deciding how to
   * read it: structure proves nothing, and one text can have that of several formats. Never throws.
   */
  detect(stored: LegacyStored): boolean;
  /**
   * The parts. Nothing is decrypted, and nothing is authentic yet.
   *
   * @throws {@link LegacyFormatMismatchError} when the structure is another one
   */
  parse(stored: LegacyStored): Parsed;
  /**
   * The plaintext, none of it before it is authenticated. Keys stay the caller's.
   *
   * @throws {@link LegacyFormatMismatchError} when the structure is another one
   * @throws {@link IntegrityCheckFailedError} for changed bytes or another key; it does not say which
   */
  decrypt(stored: LegacyStored, key: Key, options?: Options): Awaitable<Imported>;
}

/** A codec of a format that an application may still have to write, while others read it. */
export interface WritableLegacyCodec<
  Parsed,
  Key,
  Options extends object = object,
  Imported extends ImportedPlaintext = ImportedPlaintext,
  WriteKey = Key,
> extends LegacyCodec<Parsed, Key, Options, Imported> {
  /**
   * What the other system would have stored. Not bound to any context: seal new data with Keyfold's own format.
   *
   * @throws {@link InvalidArgumentError} for a key of another length
   */
  encrypt(plaintext: Uint8Array, key: WriteKey, options?: Options): Awaitable<LegacyStored>;
}
