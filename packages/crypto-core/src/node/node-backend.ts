import { randomFillSync, timingSafeEqual } from 'node:crypto';
import { requireBytes, requireSecret } from '../argument-types.ts';
import type {
  CryptoBackend,
  DataKeyOpener,
  DataKeySealer,
  FreshDataKey,
  HkdfOptions,
  WrappingKey,
  WrappingKeyOptions,
} from '../backend.ts';
import { CommitmentMismatchError, InvalidArgumentError } from '../crypto-errors.ts';
import { type DataKeyHeader, type DataKeyWrapping, ownHeader } from '../data-key-header.ts';
import type { FieldContext, ValueContext } from '../encryption-context.ts';
import { keyByteLength } from '../format.ts';
import type { KeyPlace } from '../key-place.ts';
import type { Plaintext } from '../plaintext.ts';
import { requireKey } from '../primitive-arguments.ts';
import type { RowId } from '../row-id.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { NodeDataKeyOpener } from './data-key-opener.ts';
import { NodeFreshDataKey } from './fresh-data-key.ts';
import { NodeDataKey } from './node-data-key.ts';
import { type NodePrimitives, nodePrimitives } from './node-primitives.ts';
import { NonceSource } from './nonce-source.ts';
import { decodeText, encodeText } from './text-form.ts';
import { NodeWrappingKey } from './wrapping-key.ts';

/** {@link FreshDataKey}, answering at once. */
export interface SyncFreshDataKey extends FreshDataKey {
  wrappedAs(wrapping: DataKeyWrapping): SyncDataKeySealer;
}

/** {@link DataKeySealer}, answering at once. Sealed bytes are Buffers, and may lie in Node's pool beside others. */
export interface SyncDataKeySealer extends DataKeySealer {
  sealValue(value: Plaintext, context: ValueContext): Uint8Array;
  sealField(value: Plaintext, context: FieldContext, rowId: RowId): Uint8Array;
  sealingStreamKey(): SecretBytes;
}

/** {@link DataKeyOpener}, answering at once. */
export interface SyncDataKeyOpener extends DataKeyOpener {
  openValue(value: Uint8Array, context: ValueContext): Plaintext;
  openField(field: Uint8Array, context: FieldContext, rowId: RowId): Plaintext;
  openingStreamKey(): SecretBytes;
}

/** {@link WrappingKey}, answering at once. */
export interface SyncWrappingKey extends WrappingKey {
  wrap(key: SecretBytes, place: KeyPlace): Uint8Array;
  unwrap(wrapped: Uint8Array, place: KeyPlace): SecretBytes;
}

/**
 * The backend on `node:crypto`: {@link CryptoBackend}, answering at once instead of by promises, and throwing at once.
 *
 * `decodeText` gives a Buffer that may lie in Node's pool beside others, as sealed bytes may; everything else comes as a
 * plain Uint8Array in memory of its own.
 */
export interface NodeBackend extends CryptoBackend {
  readonly primitives: NodePrimitives;
  createDataKey(): SyncFreshDataKey;
  openDataKey(header: DataKeyHeader, dataKey: SecretBytes): SyncDataKeyOpener;
  wrappingKey(key: SecretBytes, options?: WrappingKeyOptions): SyncWrappingKey;
  commitmentOf(dataKey: SecretBytes): Uint8Array;
  hkdfSha256(secret: SecretBytes, options: HkdfOptions): SecretBytes;
  hmacSha256(key: SecretBytes, data: Uint8Array): Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
}

const maxRandomBytes = 65_536;

// One source a thread: a module is evaluated anew in each worker thread and child process. Filled when first
// used.
const nonces = new NonceSource();

/**
 * The backend on `node:crypto`: synchronous, and several times faster than Web Crypto.
 *
 * @example
 * ```ts
 * const fresh = nodeBackend.createDataKey();
 * const wrapping = await service.wrap(fresh.secret, fresh.commitment);
 * const sealer = fresh.wrappedAs(wrapping);
 * fresh[Symbol.dispose]();
 * const sealed = sealer.sealValue('4111 1111 1111 1111', context);
 * const opener = await service.unwrapAndOpen(parseValue(sealed).header);
 * await opener.openValue(sealed, context); // → '4111 1111 1111 1111'
 * ```
 */
export const nodeBackend: NodeBackend = {
  name: 'node',
  primitives: nodePrimitives,

  createDataKey: () => new NodeFreshDataKey(SecretBytes.random(keyByteLength), nonces),

  openDataKey(header, dataKey) {
    requireSecret('A data key', dataKey);
    try {
      const own = ownHeader(header);
      const key = new NodeDataKey(dataKey);
      if (!constantTimeEqual(key.commitment(), own.commitment)) {
        throw new CommitmentMismatchError('The data key is not the one to which this header commits.');
      }
      return new NodeDataKeyOpener(own, key);
    } finally {
      dataKey.dispose();
    }
  },

  wrappingKey(key, options) {
    requireSecret('A wrapping key', key);
    try {
      requireKey(key);
      return new NodeWrappingKey(key, nonces, options?.maxWraps);
    } finally {
      key.dispose();
    }
  },

  commitmentOf: (dataKey) => new NodeDataKey(dataKey).commitment(),
  hkdfSha256: (secret, options) => nodePrimitives.hkdf('SHA-256', secret, options),
  hmacSha256: (key, data) => nodePrimitives.hmac('SHA-256', key, data),
  sha256: (data) => nodePrimitives.digest('SHA-256', data),
  constantTimeEqual,

  randomBytes(byteLength) {
    if (!Number.isInteger(byteLength) || byteLength < 0 || byteLength > maxRandomBytes) {
      throw new InvalidArgumentError(`Random bytes come 0 to ${maxRandomBytes} at a time.`);
    }
    return randomFillSync(new Uint8Array(byteLength));
  },

  encodeText,
  decodeText,
};

/**
 * Forgets the random bytes from which nonces are taken. To be called in each copy of a process or machine that was restored
 * from a snapshot, before it seals again: two copies would otherwise take the same nonces. In threads, too, each for itself.
 *
 * OpenSSL's own generator is not in this package's hands. It keeps state inside the process, so that copies of one memory
 * image agree on what it gives next until it is reseeded: restore such images before the first use of cryptography, or
 * start processes anew.
 *
 * @example
 * ```ts
 * platform.onRestore(() => afterRestore());
 * ```
 */
export function afterRestore(): void {
  nonces.drop();
}

function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  requireBytes('What is compared', a);
  requireBytes('What is compared', b);
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
