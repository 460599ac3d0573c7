import type { CryptoBackend, KeyPlace, SecretBytes, WrappingKey } from '@keyfold/crypto-core';
import type { RootKey, RootResolver } from '@keyfold/key-hierarchy';

/** What is to be used where a hierarchy would draw from chance. */
export interface SeededChoices {
  /** Random ids of that length in bytes, or undefined for one of chance. */
  randomBytes(byteLength: number): Uint8Array | undefined;
  /** The key to wrap in place of the one that was drawn, which the caller disposes of; undefined for that one. */
  keyFor(place: KeyPlace): Promise<SecretBytes | undefined>;
  /** The tenant key, of which {@link keyFor} says the same. */
  tenantKey(): Promise<SecretBytes | undefined>;
}

/** A backend by which a hierarchy stores chosen keys in place of random ones, by its own code, in rows of its own. */
export function seedingBackend(backend: CryptoBackend, choices: SeededChoices): CryptoBackend {
  return {
    name: backend.name,
    primitives: backend.primitives,
    createDataKey: () => backend.createDataKey(),
    openDataKey: (header, dataKey) => backend.openDataKey(header, dataKey),
    wrappingKey: async (key) => seedingWrappingKey(await backend.wrappingKey(key), choices),
    commitmentOf: (dataKey) => backend.commitmentOf(dataKey),
    hkdfSha256: (secret, options) => backend.hkdfSha256(secret, options),
    hmacSha256: (key, data) => backend.hmacSha256(key, data),
    sha256: (data) => backend.sha256(data),
    constantTimeEqual: (a, b) => backend.constantTimeEqual(a, b),
    randomBytes: (byteLength) => choices.randomBytes(byteLength) ?? backend.randomBytes(byteLength),
    encodeText: (bytes) => backend.encodeText(bytes),
    decodeText: (text) => backend.decodeText(text),
  };
}

function seedingWrappingKey(key: WrappingKey, choices: SeededChoices): WrappingKey {
  return {
    wrap: async (drawn, place) => {
      const chosen = await choices.keyFor(place);
      try {
        return await key.wrap(chosen ?? drawn, place);
      } finally {
        chosen?.dispose();
      }
    },
    unwrap: (wrapped, place) => key.unwrap(wrapped, place),
    [Symbol.dispose]: () => key[Symbol.dispose](),
  };
}

/** The same for the roots, which wrap tenant keys. */
export function seedingRoots(roots: RootResolver, choices: SeededChoices): RootResolver {
  return (reference): RootKey => {
    const root = roots(reference);
    return {
      reference: root.reference,
      wrap: async (drawn, context, options) => {
        const chosen = await choices.tenantKey();
        try {
          return await root.wrap(chosen ?? drawn, context, options);
        } finally {
          chosen?.dispose();
        }
      },
      unwrap: (wrapped, context, options) => root.unwrap(wrapped, context, options),
      describe: (...options) => root.describe(...options),
    };
  };
}
