import type { EncryptionContext, SecretBytes } from '@keyfold/crypto-core';

/** Names a root key (L1) without giving access to it. Stored with the tenant. */
export interface RootReference {
  /** Which kind of root it is: `aws-kms`, `static`, … */
  readonly provider: string;
  /** The provider's own name of the key, such as an ARN. */
  readonly keyId: string;
}

/** What a provider says of a root key without using it. Never a reason to renew a lease. */
export interface RootDescription {
  /** Whether the provider would use the key now. */
  readonly enabled: boolean;
  /** The provider's own word for the key's state, such as `Enabled` or `PendingDeletion`. */
  readonly state: string;
}

/** Options of a call to a root key. */
export interface RootCallOptions {
  /** Gives the call up; it then throws {@link RootKeyUnavailableError}. */
  readonly signal?: AbortSignal;
}

/**
 * A key-encryption key that never leaves its owner's key service (L1): BYOK, HYOK or the platform's own.
 *
 * Every error is one of four, because the lease depends on which it is: {@link RootKeyDeniedError} (the owner said no: keys
 * below are purged at once), {@link RootKeyUnavailableError} and {@link RootKeyThrottledError} (nobody said no: they stay until
 * the lease ends), {@link RootKeyInvalidError} (these bytes will never unwrap under this key and context). The adapter's own
 * expired or unknown credentials are *unavailable*. One table in each adapter says which error is which.
 *
 * The context is authenticated but not secret, and it shows in the provider's logs: callers put only opaque identifiers in it.
 * An implementation is tried by the contract suite of `@keyfold/key-hierarchy/testing`.
 */
export interface RootKey {
  readonly reference: RootReference;

  /**
   * Encrypts `key` (16 to 64 bytes), bound to `context`. Leaves `key` to its owner, unchanged.
   *
   * @throws {@link RootKeyDeniedError} {@link RootKeyUnavailableError} {@link RootKeyThrottledError} {@link RootKeyInvalidError}
   */
  wrap(key: SecretBytes, context: EncryptionContext, options?: RootCallOptions): Promise<Uint8Array>;

  /**
   * Decrypts what `wrap` returned, under the same context. The caller owns the result and disposes of it.
   *
   * @throws {@link RootKeyDeniedError} {@link RootKeyUnavailableError} {@link RootKeyThrottledError} {@link RootKeyInvalidError}
   */
  unwrap(wrapped: Uint8Array, context: EncryptionContext, options?: RootCallOptions): Promise<SecretBytes>;

  /**
   * What the provider says of the key.
   *
   * @throws {@link RootKeyDeniedError} {@link RootKeyUnavailableError} {@link RootKeyThrottledError}
   */
  describe(options?: RootCallOptions): Promise<RootDescription>;
}

/**
 * Finds the root key that a stored reference names. Called whenever the key is needed, so it answers from what it made before.
 *
 * @throws {@link RootProviderUnknownError} for a provider it does not know
 */
export type RootResolver = (reference: RootReference) => RootKey;
