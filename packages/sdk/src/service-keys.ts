import {
  type Awaitable,
  type CryptoBackend,
  type DataKeyHeader,
  type EncryptionContext,
  isKeyfoldError,
  NotKeyfoldCiphertextError,
  type Plaintext,
  parseRecordHeader,
  parseValue,
  type ValueContext,
} from '@keyfold/crypto-core';
import { limits } from '@keyfold/protocol';
import { isObject, requireObject } from './arguments.ts';
import { atIndexLater, inTurns, oneByOne, prepareBatch } from './batches.ts';
import { type WaitOptions, waitOptionNames } from './calls/call-options.ts';
import { untilAborted, waitingFor } from './calls/until-aborted.ts';
import { copyOf } from './copy-of.ts';
import type { DataKeyCache } from './data-key-cache.ts';
import { EncryptedTable } from './encrypted-table.ts';
import type { KeyScope } from './key-scope.ts';
import { isOfKind, kindOf, type PlaintextByKind, type PlaintextKind } from './plaintext-kind.ts';
import { PreparedContext, valueContextIn } from './prepared-context.ts';
import type { TableSchema } from './table-schema.ts';
import { isUint8Array } from './type-checks.ts';
import { PlaintextKindError } from './value-errors.ts';
import { ValueHeaders } from './value-headers.ts';

/** What a value belongs to; decryption needs the same. */
export interface ValuePlace {
  /** Names and values that are bound to the ciphertext: authenticated, not secret, not stored with it. At least one. */
  readonly context: EncryptionContext | PreparedContext;
}

/** What a value belongs to, and how long its key is waited for. */
export interface EncryptOptions extends ValuePlace, WaitOptions {}

/** What a value belongs to, what it is expected to be, and how long its key is waited for. */
export interface DecryptOptions<Kind extends PlaintextKind = PlaintextKind> extends ValuePlace, WaitOptions {
  /** Narrows the result's type, and is checked. */
  readonly as?: Kind;
}

/** What a batch is expected to be, and how long its keys are waited for. */
export interface DecryptManyOptions<Kind extends PlaintextKind = PlaintextKind> extends WaitOptions {
  /** Narrows the results' type, and is checked. */
  readonly as?: Kind;
}

/** One item for {@link ServiceKeys.encryptMany}. */
export interface ValueToEncrypt extends ValuePlace {
  readonly value: Plaintext;
}

/** One item for {@link ServiceKeys.decryptMany}. */
export interface ValueToDecrypt extends ValuePlace {
  /** Text or bytes as `encrypt` and `encryptBytes` returned them. */
  readonly sealed: string | Uint8Array;
}

const encryptOptionNames: Readonly<Record<keyof EncryptOptions, true>> = { context: true, signal: true };
const decryptOptionNames: Readonly<Record<keyof DecryptOptions, true>> = {
  context: true,
  as: true,
  signal: true,
};
const decryptManyOptionNames: Readonly<Record<keyof DecryptManyOptions, true>> = { as: true, signal: true };

/** What service keys are made of. */
export interface ServiceKeysOptions {
  readonly keys: DataKeyCache;
  readonly scope: KeyScope;
  readonly backend: CryptoBackend;
}

/** Encrypts and decrypts under the key of one service of one tenant, in this process. */
export class ServiceKeys {
  readonly #keys: DataKeyCache;
  readonly #scope: KeyScope;
  readonly #backend: CryptoBackend;
  readonly #headers = new ValueHeaders();

  constructor(options: ServiceKeysOptions) {
    this.#keys = options.keys;
    this.#scope = options.scope;
    this.#backend = options.backend;
  }

  /**
   * Encodes a context once, for values that share it: a call with it takes about a tenth less than one with the names and values.
   *
   * @returns a context for these keys and for others of the same service of the same tenant
   * @throws EncryptionContextRequiredError, InvalidEncryptionContextError
   * @example
   * ```ts
   * const context = cards.prepareContext({ card: '42' });
   * const pan = await cards.encrypt('4111 1111 1111 1111', { context });
   * const cvc = await cards.encrypt('123', { context });
   * ```
   */
  prepareContext(context: EncryptionContext): PreparedContext {
    return new PreparedContext(this.#scope, valueContextIn(this.#scope, context));
  }

  /**
   * Encrypts a value to text: `kf1.` and base64url, 131 bytes and a third over the plaintext.
   *
   * @throws EncryptionContextRequiredError, InvalidEncryptionContextError, UnsupportedValueError (null among them);
   *   CallError when no data key can be had
   * @example
   * ```ts
   * const token = await cards.encrypt('4111 1111 1111 1111', { context: { card: '42' } });
   * ```
   */
  async encrypt(value: Plaintext, options: EncryptOptions): Promise<string> {
    const sealed = this.#seal(value, options);
    return this.#backend.encodeText(sealed instanceof Promise ? await sealed : sealed);
  }

  /** As {@link ServiceKeys.encrypt}, to bytes: 131 over the plaintext. */
  async encryptBytes(value: Plaintext, options: EncryptOptions): Promise<Uint8Array> {
    const sealed = this.#seal(value, options);
    // What is there already is not awaited, here and below: that costs a turn of the microtask queue at each call.
    return sealed instanceof Promise ? await sealed : sealed;
  }

  /**
   * Decrypts what `encrypt` or `encryptBytes` returned, in its own type.
   *
   * @throws IntegrityCheckFailedError for another context, tenant or service, or changed bytes; NotKeyfoldCiphertextError,
   *   TruncatedCiphertextError, NonCanonicalEncodingError, UnsupportedFormatError; PlaintextKindError when it is not
   *   what `as` says; CallError when no data key can be had
   * @example
   * ```ts
   * const pan = await cards.decrypt(token, { context: { card: '42' }, as: 'text' }); // string
   * ```
   */
  async decrypt<Kind extends PlaintextKind>(
    sealed: string | Uint8Array,
    options: DecryptOptions<Kind> & { readonly as: Kind },
  ): Promise<PlaintextByKind[Kind]>;
  async decrypt(sealed: string | Uint8Array, options: DecryptOptions): Promise<Plaintext>;
  async decrypt(sealed: string | Uint8Array, options: DecryptOptions): Promise<Plaintext> {
    const context = this.#contextOf(options);
    const { as } = options;
    const waiting = waitingFor('unwrapDataKeys', options, decryptOptionNames);
    let bytes = this.#bytesOf(sealed);
    const opened = this.#keys.open(
      this.#scope,
      this.#headers.of(bytes),
      (opener) => opener.openValue(bytes, context),
      () => {
        bytes = copyOf(bytes);
      },
    );
    return ofKind(opened instanceof Promise ? await untilAborted(opened, waiting) : opened, as);
  }

  /**
   * Encrypts values to text, many under one data key, in order.
   *
   * @throws BatchItemError for the first value that cannot be encrypted; CallError when no data key can be had
   */
  async encryptMany(values: readonly ValueToEncrypt[], options: WaitOptions = {}): Promise<string[]> {
    const waiting = waitingFor('wrapDataKeys', options, waitOptionNames);
    const items = prepareBatch(values, (item, position) => {
      requireObject('An item', item);
      return { position, value: item.value, context: this.#contextOf(item) };
    });
    return await inTurns(items, {
      waiting,
      detach: (item) => {
        item.value = copyOf(item.value);
      },
      run: async (part, beforeWait) => {
        const sealed = await oneByOne(part, beforeWait, (item) =>
          this.#keys.seal(
            this.#scope,
            1,
            (sealer) => atIndexLater(item.position, () => sealer.sealValue(item.value, item.context)),
            beforeWait,
          ),
        );
        return sealed.map((bytes) => this.#backend.encodeText(bytes));
      },
    });
  }

  /**
   * Decrypts values in order. Data keys that are not at hand are asked for together.
   *
   * @throws BatchItemError for the first value that cannot be decrypted; CallError when no data key can be had
   */
  async decryptMany<Kind extends PlaintextKind>(
    values: readonly ValueToDecrypt[],
    options: DecryptManyOptions<Kind> & { readonly as: Kind },
  ): Promise<PlaintextByKind[Kind][]>;
  async decryptMany(values: readonly ValueToDecrypt[], options?: DecryptManyOptions): Promise<Plaintext[]>;
  async decryptMany(
    values: readonly ValueToDecrypt[],
    options: DecryptManyOptions = {},
  ): Promise<Plaintext[]> {
    const as = options?.as;
    const waiting = waitingFor('unwrapDataKeys', options, decryptManyOptionNames);
    const items = prepareBatch(values, (item, position) => {
      requireObject('An item', item);
      const bytes = this.#bytesOf(item.sealed);
      return { position, bytes, context: this.#contextOf(item), header: this.#headers.of(bytes) };
    });
    return await inTurns(items, {
      waiting,
      detach: (item) => {
        item.bytes = copyOf(item.bytes);
      },
      run: (part, beforeWait) =>
        this.#keys.openAll(
          this.#scope,
          part,
          (item, key) =>
            atIndexLater(item.position, () =>
              key.use((opener) => later(opener.openValue(item.bytes, item.context), as)),
            ),
          beforeWait,
        ),
    });
  }

  /**
   * Wraps the data key of a value, or of a record's header, under the service key's active version. What was encrypted
   * stays as it is, byte for byte; the form (text or bytes) stays too. Nothing is decrypted here.
   *
   * @example
   * ```ts
   * token = await cards.rewrap(token);
   * row.keyfold = await cards.rewrap(row.keyfold);
   * ```
   */
  async rewrap<Form extends string | Uint8Array>(
    sealed: Form,
    options?: WaitOptions,
  ): Promise<Form extends string ? string : Uint8Array>;
  async rewrap(sealed: string | Uint8Array, options: WaitOptions = {}): Promise<string | Uint8Array> {
    const { signal } = waitingFor('rewrapDataKeys', options, waitOptionNames);
    const bytes = Uint8Array.from(this.#bytesOf(sealed));
    const [rewrapped] = await this.#keys.rewrap(this.#scope, [headerOf(bytes)], { signal });
    if (isKeyfoldError(rewrapped)) throw rewrapped;
    if (rewrapped !== undefined) bytes.set(rewrapped.bytes, 1);
    return typeof sealed === 'string' ? this.#backend.encodeText(bytes) : bytes;
  }

  /**
   * Declares a table. Every column is declared, to be encrypted or to stay clear.
   *
   * @param name bound to every field: another table's fields do not open here
   * @throws TableInvalidError when the declaration is wrong in itself
   * @example
   * ```ts
   * const people = cards.table('people', {
   *   id: integerId('id'),
   *   fields: { ssn: text(), bornAt: date().nullable(), plan: clear<string>() },
   * });
   * ```
   */
  table<const S extends TableSchema>(name: string, schema: S): EncryptedTable<S> {
    return new EncryptedTable({ keys: this.#keys, scope: this.#scope, name, schema });
  }

  #seal(value: Plaintext, options: EncryptOptions): Awaitable<Uint8Array> {
    const context = this.#contextOf(options);
    const waiting = waitingFor('wrapDataKeys', options, encryptOptionNames);
    let own = value;
    const sealed = this.#keys.seal(
      this.#scope,
      1,
      (sealer) => sealer.sealValue(own, context),
      () => {
        own = copyOf(value);
      },
    );
    return untilAborted(sealed, waiting);
  }

  #contextOf(options: ValuePlace): ValueContext {
    return valueContextIn(this.#scope, isObject(options) ? options.context : undefined);
  }

  #bytesOf(sealed: string | Uint8Array): Uint8Array {
    if (typeof sealed === 'string') return this.#backend.decodeText(sealed);
    if (isUint8Array(sealed)) return sealed;
    throw new NotKeyfoldCiphertextError('What was passed is neither text nor bytes.');
  }
}

/** A record's header has a length that no value has. */
function headerOf(sealed: Uint8Array): DataKeyHeader {
  return sealed.byteLength === limits.recordHeaderBytes
    ? parseRecordHeader(sealed)
    : parseValue(sealed).header;
}

function ofKind(value: Plaintext, kind: PlaintextKind | undefined): Plaintext {
  if (kind === undefined || isOfKind(value, kind)) return value;
  throw new PlaintextKindError('The value', kind, kindOf(value));
}

function later(value: Awaitable<Plaintext>, kind: PlaintextKind | undefined): Awaitable<Plaintext> {
  return value instanceof Promise ? value.then((opened) => ofKind(opened, kind)) : ofKind(value, kind);
}
