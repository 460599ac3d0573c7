import {
  type CryptoBackend,
  type EncryptionContext,
  InvalidArgumentError,
  isKeyfoldError,
  type KeyPlace,
  type SecretBytes,
  type WrappingKey,
} from '@keyfold/crypto-core';
import {
  type RootCallOptions,
  type RootDescription,
  type RootKey,
  RootKeyInvalidError,
  RootKeyUnavailableError,
} from '@keyfold/key-hierarchy';

/** What a static root key is made of. */
export interface StaticRootKeyOptions {
  /** Names the key in stored references; any text that is not secret. */
  readonly keyId: string;
  /** 32 bytes; owned by the root from now on, which zeroises it when it is disposed of. */
  readonly key: SecretBytes;
  readonly backend: CryptoBackend;
}

/** A root key that lives in this process, and ends with it. */
export interface StaticRootKey extends RootKey, Disposable {
  /** Zeroises the key; nothing it wrapped opens through this object any more. May be called again. */
  dispose(): void;
}

const label = 'keyfold/v1/static-root/wrapping';

/** The context is bound by deriving a key from it, so the place says only that this is a root's wrapping. */
const place: KeyPlace = {
  purpose: 'tenant-key',
  tenant: '',
  scope: { kind: 'platform' },
  version: 0,
  parentVersion: 0,
};

/**
 * A root key from 32 bytes that the process itself holds: for development and tests. Who can read the process or where it has
 * the bytes from can open everything, nobody can disable the key from outside, and so there is no kill switch: use a key
 * service for real data.
 *
 * @throws {@link InvalidArgumentError} when the key has not 32 bytes or the id is empty
 * @example
 * ```ts
 * const root = staticRootKey({ keyId: 'development', key: SecretBytes.random(32), backend: nodeBackend });
 * ```
 */
export function staticRootKey(options: StaticRootKeyOptions): StaticRootKey {
  const { keyId, key, backend } = options;
  if (key.byteLength !== 32)
    throw new InvalidArgumentError(`A static root key has 32 bytes, this one ${key.byteLength}.`);
  if (keyId === '') throw new InvalidArgumentError('A static root key needs an id.');

  /** A key of its own for each context: under another one, nothing opens. */
  async function withContextKey<T>(
    context: EncryptionContext,
    options: RootCallOptions | undefined,
    use: (wrapping: WrappingKey) => Promise<T>,
  ): Promise<T> {
    refuseIfAborted(options);
    if (key.disposed)
      throw new RootKeyUnavailableError(`The static root key "${keyId}" has been disposed of.`);
    const info = new TextEncoder().encode(canonical(keyId, context));
    const wrapping = await backend.wrappingKey(await backend.hkdfSha256(key, { info, byteLength: 32 }));
    try {
      return await use(wrapping);
    } finally {
      wrapping[Symbol.dispose]();
    }
  }

  return {
    reference: { provider: 'static', keyId },
    wrap: (secret, context, options) =>
      withContextKey(context, options, async (wrapping) => await wrapping.wrap(secret, place)),
    unwrap: (wrapped, context, options) =>
      withContextKey(context, options, async (wrapping) => {
        try {
          return await wrapping.unwrap(wrapped, place);
        } catch (cause) {
          if (!isKeyfoldError(cause) || cause.code !== 'key_unwrap_failed') throw cause;
          throw new RootKeyInvalidError(
            `The static root key "${keyId}" does not open these bytes under this context.`,
            { cause },
          );
        }
      }),
    async describe(options): Promise<RootDescription> {
      refuseIfAborted(options);
      return { enabled: !key.disposed, state: key.disposed ? 'Disposed' : 'Enabled' };
    },
    dispose: () => key.dispose(),
    [Symbol.dispose]: () => key.dispose(),
  };
}

/** Injective: JSON quotes every string, and the entries are in the order of their names. */
function canonical(keyId: string, context: EncryptionContext): string {
  const entries = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([label, keyId, entries]);
}

function refuseIfAborted(options: RootCallOptions | undefined): void {
  if (options?.signal?.aborted)
    throw new RootKeyUnavailableError('The call to the static root key was given up.');
}
