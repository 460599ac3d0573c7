import {
  CommitmentMismatchError,
  type CryptoBackend,
  type DataKeyHeader,
  type DataKeyWrapping,
  dataKeyHeader,
  InvalidArgumentError,
  isKeyfoldError,
  type KeyfoldError,
  type KeyPlace,
  type SecretBytes,
} from '@keyfold/crypto-core';
import type { HeldServiceKey, HeldTenant } from './held-tenant.ts';
import type { DataKeyToWrap, GeneratedDataKey, LeasedAnswer } from './key-hierarchy.ts';
import type { ServiceKeys } from './service-keys.ts';

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
    const key = await this.#serviceKeys.toWrap(held, service, items.length);
    const wrappings: DataKeyWrapping[] = [];
    for (const item of items) wrappings.push(await wrapUnder(held, service, key, item));
    return held.answer(wrappings);
  }

  async unwrap(
    held: HeldTenant,
    service: string,
    headers: readonly DataKeyHeader[],
  ): Promise<LeasedAnswer<SecretBytes | KeyfoldError>> {
    await this.#serviceKeys.require(held, service);
    const items: (SecretBytes | KeyfoldError)[] = [];
    try {
      for (const header of headers)
        items.push(await orItemError(() => this.#unwrapOne(held, service, header)));
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
    const key = await this.#serviceKeys.toWrap(held, service, headers.length);
    const items: (DataKeyHeader | KeyfoldError)[] = [];
    for (const header of headers)
      items.push(await orItemError(() => this.#rewrapOne(held, service, header, key)));
    return held.answer(items);
  }

  async generate(held: HeldTenant, service: string, count: number): Promise<LeasedAnswer<GeneratedDataKey>> {
    const key = await this.#serviceKeys.toWrap(held, service, count);
    const items: GeneratedDataKey[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const fresh = await this.#backend.createDataKey();
        try {
          const { commitment } = fresh;
          const wrapping = await wrapUnder(held, service, key, { dataKey: fresh.secret, commitment });
          items.push({ header: dataKeyHeader(wrapping, commitment), dataKey: fresh.secret.clone() });
        } finally {
          fresh[Symbol.dispose]();
        }
      }
      return held.answer(items);
    } catch (error) {
      for (const { dataKey } of items) dataKey.dispose();
      throw error;
    }
  }

  async #unwrapOne(held: HeldTenant, service: string, header: DataKeyHeader): Promise<SecretBytes> {
    const { keyReference, wrapped, commitment } = header;
    const { key, version } = await this.#serviceKeys.toUnwrap(held, service, keyReference);
    return await key.unwrap(wrapped, dataKeyPlace(held.id, service, { keyReference, version, commitment }));
  }

  async #rewrapOne(
    held: HeldTenant,
    service: string,
    header: DataKeyHeader,
    key: HeldServiceKey,
  ): Promise<DataKeyHeader> {
    const dataKey = await this.#unwrapOne(held, service, header);
    try {
      const commitment = await this.#backend.commitmentOf(dataKey);
      if (!this.#backend.constantTimeEqual(commitment, header.commitment)) {
        throw new CommitmentMismatchError('The data key is not the one that its header commits to.');
      }
      return dataKeyHeader(await wrapUnder(held, service, key, { dataKey, commitment }), commitment);
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

async function wrapUnder(
  held: HeldTenant,
  service: string,
  { key, keyReference, version }: HeldServiceKey,
  { dataKey, commitment }: DataKeyToWrap,
): Promise<DataKeyWrapping> {
  const place = dataKeyPlace(held.id, service, { keyReference, version, commitment });
  return { keyReference, wrapped: await key.wrap(dataKey, place) };
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

async function orItemError<T>(work: () => Promise<T>): Promise<T | KeyfoldError> {
  try {
    return await work();
  } catch (error) {
    if (isKeyfoldError(error) && itemErrors.has(error.code)) return error;
    throw error;
  }
}
