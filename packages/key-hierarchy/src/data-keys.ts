import {
  type Awaitable,
  CommitmentMismatchError,
  type CryptoBackend,
  type DataKeyHeader,
  type DataKeyWrapping,
  dataKeyHeader,
  InvalidArgumentError,
  isKeyfoldError,
  type KeyfoldError,
  type KeyPlace,
  SecretBytes,
} from '@keyfold/crypto-core';
import type { HeldServiceKey, HeldTenant } from './held-tenant.ts';
import type { DataKeyToWrap, GeneratedDataKey, LeasedAnswer } from './key-hierarchy.ts';
import type { ServiceKeys } from './service-keys.ts';

const dataKeyBytes = 32;
/** Most items of one call. */
const maxItemsPerCall = 500;

/** Errors that concern one header and leave the others alone. All others fail the whole call. */
const itemErrors: ReadonlySet<string> = new Set([
  'key_reference_not_found',
  'key_unwrap_failed',
  'key_state_forbids',
  'commitment_mismatch',
]);

/** Data keys (L4): wrapped and unwrapped under the service keys of a held tenant. */
export class DataKeys {
  readonly #backend: CryptoBackend;
  readonly #serviceKeys: ServiceKeys;

  constructor(options: { readonly backend: CryptoBackend; readonly serviceKeys: ServiceKeys }) {
    this.#backend = options.backend;
    this.#serviceKeys = options.serviceKeys;
  }

  async wrap(
    held: HeldTenant,
    service: string,
    items: readonly DataKeyToWrap[],
  ): Promise<LeasedAnswer<DataKeyWrapping>> {
    const found = this.#serviceKeys.toWrap(held, service, items.length);
    const key = found instanceof Promise ? await found : found;
    const wrappings: DataKeyWrapping[] = [];
    for (const item of items) {
      const wrapping = wrapUnder(held, service, key, item);
      wrappings.push(wrapping instanceof Promise ? await wrapping : wrapping);
    }
    return held.answer(wrappings);
  }

  async unwrap(
    held: HeldTenant,
    service: string,
    headers: readonly DataKeyHeader[],
  ): Promise<LeasedAnswer<SecretBytes | KeyfoldError>> {
    const required = this.#serviceKeys.require(held, service);
    if (required instanceof Promise) await required;
    const items: (SecretBytes | KeyfoldError)[] = [];
    try {
      for (const header of headers)
        try {
          const item = this.#unwrapOne(held, service, header);
          items.push(item instanceof Promise ? await item : item);
        } catch (error) {
          items.push(itemErrorOf(error));
        }
      return held.answer(items);
    } catch (error) {
      for (const item of items) if (!isKeyfoldError(item)) item.dispose();
      throw error;
    }
  }

  async rewrap(
    held: HeldTenant,
    service: string,
    headers: readonly DataKeyHeader[],
  ): Promise<LeasedAnswer<DataKeyHeader | KeyfoldError>> {
    const found = this.#serviceKeys.toWrap(held, service, headers.length);
    const key = found instanceof Promise ? await found : found;
    const items: (DataKeyHeader | KeyfoldError)[] = [];
    for (const header of headers) {
      try {
        items.push(await this.#rewrapOne(held, service, header, key));
      } catch (error) {
        items.push(itemErrorOf(error));
      }
    }
    return held.answer(items);
  }

  async generate(held: HeldTenant, service: string, count: number): Promise<LeasedAnswer<GeneratedDataKey>> {
    const found = this.#serviceKeys.toWrap(held, service, count);
    const key = found instanceof Promise ? await found : found;
    const items: GeneratedDataKey[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const dataKey = SecretBytes.random(dataKeyBytes);
        try {
          const derived = this.#backend.commitmentOf(dataKey);
          const commitment = derived instanceof Promise ? await derived : derived;
          const wrapped = wrapUnder(held, service, key, { dataKey, commitment });
          const wrapping = wrapped instanceof Promise ? await wrapped : wrapped;
          items.push({ header: dataKeyHeader(wrapping, commitment), dataKey });
        } catch (error) {
          dataKey.dispose();
          throw error;
        }
      }
      return held.answer(items);
    } catch (error) {
      for (const { dataKey } of items) dataKey.dispose();
      throw error;
    }
  }

  #unwrapOne(held: HeldTenant, service: string, header: DataKeyHeader): Awaitable<SecretBytes> {
    const found = this.#serviceKeys.toUnwrap(held, service, header.keyReference);
    return found instanceof Promise
      ? found.then((key) => unwrapUnder(held, service, key, header))
      : unwrapUnder(held, service, found, header);
  }

  async #rewrapOne(
    held: HeldTenant,
    service: string,
    header: DataKeyHeader,
    key: HeldServiceKey,
  ): Promise<DataKeyHeader> {
    const opened = this.#unwrapOne(held, service, header);
    const dataKey = opened instanceof Promise ? await opened : opened;
    try {
      const derived = this.#backend.commitmentOf(dataKey);
      const commitment = derived instanceof Promise ? await derived : derived;
      if (!this.#backend.constantTimeEqual(commitment, header.commitment)) {
        throw new CommitmentMismatchError('The data key is not the one that its header commits to.');
      }
      const wrapping = wrapUnder(held, service, key, { dataKey, commitment });
      return dataKeyHeader(wrapping instanceof Promise ? await wrapping : wrapping, commitment);
    } finally {
      dataKey.dispose();
    }
  }
}

/**
 * Refuses a number of items that no call takes.
 *
 * @throws {@link InvalidArgumentError}
 */
export function checkItemCount(count: number, least: 0 | 1): void {
  if (!Number.isInteger(count) || count < least || count > maxItemsPerCall) {
    throw new InvalidArgumentError(`One call takes ${least} to ${maxItemsPerCall} data keys.`);
  }
}

function wrapUnder(
  held: HeldTenant,
  service: string,
  { key, keyReference, version }: HeldServiceKey,
  { dataKey, commitment }: DataKeyToWrap,
): Awaitable<DataKeyWrapping> {
  const place = dataKeyPlace(held.id, service, { keyReference, version, commitment });
  const wrapped = key.wrap(dataKey, place);
  return wrapped instanceof Promise
    ? wrapped.then((bytes) => ({ keyReference, wrapped: bytes }))
    : { keyReference, wrapped };
}

function unwrapUnder(
  held: HeldTenant,
  service: string,
  { key, version }: HeldServiceKey,
  { keyReference, wrapped, commitment }: DataKeyHeader,
): Awaitable<SecretBytes> {
  return key.unwrap(wrapped, dataKeyPlace(held.id, service, { keyReference, version, commitment }));
}

/** A wrapped data key opens in its own tenant and scope, under its own service-key version and with its own commitment only. */
function dataKeyPlace(
  tenant: string,
  service: string,
  key: { readonly keyReference: Uint8Array; readonly version: number; readonly commitment: Uint8Array },
): KeyPlace {
  return {
    purpose: 'data-key',
    tenant,
    scope: { kind: 'service', id: service },
    keyReference: key.keyReference,
    // A data key has no versions of its own: a new one is another data key.
    version: 0,
    parentVersion: key.version,
    commitment: key.commitment,
  };
}

/** @throws what concerns more than one header */
function itemErrorOf(error: unknown): KeyfoldError {
  if (isKeyfoldError(error) && itemErrors.has(error.code)) return error;
  throw error;
}
