import { requireBytes, requireSecret } from '../argument-types.ts';
import type { CryptoBackend } from '../backend.ts';
import { CommitmentMismatchError, InvalidArgumentError } from '../crypto-errors.ts';
import { ownHeader } from '../data-key-header.ts';
import { keyByteLength } from '../format.ts';
import { requireKey } from '../primitive-arguments.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { UseCount } from '../use-count.ts';
import { importAesGcmKey } from './aes-gcm.ts';
import { WebDataKeyOpener } from './data-key-opener.ts';
import { encryptionKeyOf, expandDataKey, importDataKey } from './derivation.ts';
import { WebFreshDataKey } from './fresh-data-key.ts';
import { WebNonceSource } from './nonce-source.ts';
import { decodeText, encodeText } from './text-form.ts';
import { webPrimitives } from './web-primitives.ts';
import { WebWrappingKey } from './wrapping-key.ts';

/** What `getRandomValues` gives at a time, in bytes (Web Cryptography §10.1.1). */
const maxRandomBytes = 65_536;

// One source a thread: a module is evaluated anew in each worker. Filled when first used.
const nonces: WebNonceSource = /* @__PURE__ */ new WebNonceSource();

/**
 * Cryptography of browsers, edge runtimes, Deno, Bun and Node.js by their Web Crypto. It gives the same bytes and the same
 * errors as the backend for Node.js; every answer comes later. Keys inside it cannot be exported again.
 *
 * @example
 * ```ts
 * const fresh = await webBackend.createDataKey();
 * const wrapping = await service.wrap(fresh.secret, fresh.commitment);
 * const sealer = await fresh.wrappedAs(wrapping);
 * fresh[Symbol.dispose]();
 * const sealed = await sealer.sealValue('4111 1111 1111 1111', context);
 * const opener = await service.unwrapAndOpen(parseValue(sealed).header);
 * await opener.openValue(sealed, context); // → '4111 1111 1111 1111'
 * ```
 */
export const webBackend: CryptoBackend = {
  name: 'web',
  primitives: webPrimitives,

  createDataKey: () => WebFreshDataKey.of(SecretBytes.random(keyByteLength), nonces),

  async openDataKey(header, dataKey) {
    requireSecret('A data key', dataKey);
    try {
      const own = ownHeader(header); // before anything is awaited
      const imported = await importDataKey(dataKey);
      const commitment = await expandDataKey(imported, 'dataKeyCommitment');
      if (!constantTimeEqual(commitment, own.commitment)) {
        throw new CommitmentMismatchError('The data key is not the one to which this header commits.');
      }
      return new WebDataKeyOpener(own, await encryptionKeyOf(imported), imported);
    } finally {
      dataKey.dispose();
    }
  },

  async wrappingKey(key, options) {
    requireSecret('A wrapping key', key);
    try {
      requireKey(key);
      const uses = new UseCount('A wrapping key', options?.maxWraps);
      return new WebWrappingKey(await importAesGcmKey(key), nonces, uses);
    } finally {
      key.dispose();
    }
  },

  commitmentOf: async (dataKey) => expandDataKey(await importDataKey(dataKey), 'dataKeyCommitment'),
  hkdfSha256: (secret, options) => webPrimitives.hkdf('SHA-256', secret, options),
  hmacSha256: (key, data) => webPrimitives.hmac('SHA-256', key, data),
  sha256: (data) => webPrimitives.digest('SHA-256', data),
  constantTimeEqual,

  randomBytes(byteLength) {
    if (!Number.isInteger(byteLength) || byteLength < 0 || byteLength > maxRandomBytes) {
      throw new InvalidArgumentError(`Random bytes come 0 to ${maxRandomBytes} at a time.`);
    }
    return globalThis.crypto.getRandomValues(new Uint8Array(byteLength));
  },

  encodeText,
  decodeText,
};

/**
 * Forgets the random bytes from which nonces are taken. To be called in each copy of a process or machine that was restored
 * from a snapshot, before it seals again: two copies would otherwise take the same nonces.
 *
 * The runtime's own generator is not in this package's hands. Where it keeps state inside the process, as OpenSSL's does,
 * copies of one memory image agree on what it gives next until it is reseeded: restore such images before the first use of
 * cryptography, or start processes anew.
 *
 * @example
 * ```ts
 * platform.onRestore(() => afterRestore());
 * ```
 */
export function afterRestore(): void {
  nonces.drop();
}

/** No step depends on the bytes: differences are collected, and looked at once. */
function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  requireBytes('What is compared', a);
  requireBytes('What is compared', b);
  if (a.byteLength !== b.byteLength) return false;
  let difference = 0;
  for (let i = 0; i < a.byteLength; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
