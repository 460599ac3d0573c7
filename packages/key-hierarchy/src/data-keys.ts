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
import { leasedAnswer } from './leased-answer.ts';
import type { ServiceKeys } from './service-keys.ts';
import { atTheEnd, unlessItFails } from './undoing.ts';

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

  wrap(
    held: HeldTenant,
    service: string,
    items: readonly DataKeyToWrap[],
  ): Awaitable<LeasedAnswer<DataKeyWrapping>> {
    return this.#withActive(held, service, items.length, (key) =>
      leasedAnswer(held, items, (item) => wrapUnder(held, service, key, item)),
    );
  }

  unwrap(
    held: HeldTenant,
    service: string,
    headers: readonly DataKeyHeader[],
  ): Awaitable<LeasedAnswer<SecretBytes | KeyfoldError>> {
    const unwrapAll = () =>
      leasedAnswer(
        held,
        headers,
        (header) => orItemError(() => this.#unwrapOne(held, service, header)),
        (item) => {
          if (!isKeyfoldError(item)) item.dispose();
        },
      );
    const required = this.#serviceKeys.require(held, service);
    return required instanceof Promise ? required.then(unwrapAll) : unwrapAll();
  }

  rewrap(
    held: HeldTenant,
    service: string,
    headers: readonly DataKeyHeader[],
  ): Awaitable<LeasedAnswer<DataKeyHeader | KeyfoldError>> {
    return this.#withActive(held, service, headers.length, (key) =>
      leasedAnswer(held, headers, (header) =>
        orItemError(() => {
          const opened = this.#unwrapOne(held, service, header);
          return opened instanceof Promise
            ? opened.then((dataKey) => this.#rewrapOne(held, service, header, key, dataKey))
            : this.#rewrapOne(held, service, header, key, opened);
        }),
      ),
    );
  }

  generate(held: HeldTenant, service: string, count: number): Awaitable<LeasedAnswer<GeneratedDataKey>> {
    return this.#withActive(held, service, count, (key) =>
      leasedAnswer(
        held,
        new Array<undefined>(count).fill(undefined),
        () => this.#generateOne(held, service, key),
        ({ dataKey }) => dataKey.dispose(),
      ),
    );
  }

  /** Does something with the active key, with `count` of its uses taken. */
  #withActive<T>(
    held: HeldTenant,
    service: string,
    count: number,
    work: (key: HeldServiceKey) => Awaitable<T>,
  ): Awaitable<T> {
    const found = this.#serviceKeys.toWrap(held, service, count);
    return found instanceof Promise ? found.then(work) : work(found);
  }

  #unwrapOne(held: HeldTenant, service: string, header: DataKeyHeader): Awaitable<SecretBytes> {
    const found = this.#serviceKeys.toUnwrap(held, service, header.keyReference);
    return found instanceof Promise
      ? found.then((key) => unwrapUnder(held, service, key, header))
      : unwrapUnder(held, service, found, header);
  }

  #generateOne(held: HeldTenant, service: string, key: HeldServiceKey): Awaitable<GeneratedDataKey> {
    const dataKey = SecretBytes.random(dataKeyBytes);
    const wrapped = (commitment: Uint8Array): Awaitable<GeneratedDataKey> => {
      const wrapping = wrapUnder(held, service, key, { dataKey, commitment });
      const generated = (wrapping: DataKeyWrapping) => ({
        header: dataKeyHeader(wrapping, commitment),
        dataKey,
      });
      return wrapping instanceof Promise ? wrapping.then(generated) : generated(wrapping);
    };
    return unlessItFails(
      () => {
        const derived = this.#backend.commitmentOf(dataKey);
        return derived instanceof Promise ? derived.then(wrapped) : wrapped(derived);
      },
      () => dataKey.dispose(),
    );
  }

  /** @param dataKey is disposed of in any case */
  #rewrapOne(
    held: HeldTenant,
    service: string,
    header: DataKeyHeader,
    key: HeldServiceKey,
    dataKey: SecretBytes,
  ): Awaitable<DataKeyHeader> {
    const rewrapped = (commitment: Uint8Array): Awaitable<DataKeyHeader> => {
      if (!this.#backend.constantTimeEqual(commitment, header.commitment)) {
        throw new CommitmentMismatchError('The data key is not the one that its header commits to.');
      }
      const wrapping = wrapUnder(held, service, key, { dataKey, commitment });
      return wrapping instanceof Promise
        ? wrapping.then((later) => dataKeyHeader(later, commitment))
        : dataKeyHeader(wrapping, commitment);
    };
    return atTheEnd(
      () => {
        const derived = this.#backend.commitmentOf(dataKey);
        return derived instanceof Promise ? derived.then(rewrapped) : rewrapped(derived);
      },
      () => dataKey.dispose(),
    );
  }
}

/** What comes of one item, or the error that concerns it alone. */
function orItemError<T>(work: () => Awaitable<T>): Awaitable<T | KeyfoldError> {
  try {
    const result = work();
    return result instanceof Promise ? result.catch(itemErrorOf) : result;
  } catch (error) {
    return itemErrorOf(error);
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
