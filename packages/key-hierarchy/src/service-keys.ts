import { type Awaitable, type CryptoBackend, encodeBase64url } from '@keyfold/crypto-core';
import type { AuthenticatedStore } from './authenticated-store.ts';
import type { HeldServiceKey, HeldTenant, NamedServiceKey } from './held-tenant.ts';
import {
  KeyReferenceNotFoundError,
  KeyStateForbidsError,
  WrapBudgetExhaustedError,
} from './hierarchy-errors.ts';
import { keyStates } from './key-state.ts';
import { atHand, remember } from './remember.ts';
import { type KeyReferenceRow, type ServiceKeyRow, tables, versionPart } from './rows.ts';
import { serviceKeyPlace } from './service-key-place.ts';
import { missingKey, type Services } from './services.ts';
import { StoreConflictError } from './store-errors.ts';
import { storedBytes } from './stored-bytes.ts';
import type { WrapBudget } from './wrap-budget.ts';

/** How often to look for the active version again after another writer replaced it. */
const maxAttempts = 16;

/** Service keys (L3): found in the store and unwrapped under their tenant's lease. */
export class ServiceKeys {
  readonly #rows: AuthenticatedStore;
  readonly #backend: CryptoBackend;
  readonly #budget: WrapBudget;
  readonly #services: Services;

  constructor(options: {
    readonly rows: AuthenticatedStore;
    readonly backend: CryptoBackend;
    readonly budget: WrapBudget;
    readonly services: Services;
  }) {
    this.#rows = options.rows;
    this.#backend = options.backend;
    this.#budget = options.budget;
    this.#services = options.services;
  }

  /**
   * The active key, with `count` uses taken from its budget; rotated first where that is due.
   *
   * @throws {@link ServiceNotFoundError} {@link WrapBudgetExhaustedError}
   */
  toWrap(held: HeldTenant, service: string, count: number): Awaitable<HeldServiceKey> {
    const version = atHand(held.lease, held.services, service);
    const key =
      version === undefined ? undefined : atHand(held.lease, held.serviceKeys, nameOf(service, version));
    const nothingIsDue =
      key !== undefined && keyStates[key.state].wraps && !this.#budget.rotationDue(key.allowance);
    // As a rule nobody has to wait: to wait all the same would cost as much as the rest of the way to the key.
    if (nothingIsDue && this.#budget.takeAtHand(key.allowance, count)) return key;
    return this.#findToWrap(held, service, count);
  }

  async #findToWrap(held: HeldTenant, service: string, count: number): Promise<HeldServiceKey> {
    let stale: number | undefined;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const version = await this.#activeVersion(held, service);
      const key = await this.#key(held, service, version);
      if (!keyStates[key.state].wraps) {
        // Between the two reads a rotation may have deactivated the version; then another one is active now.
        if (version === stale) throw forbidden(service, key);
        stale = version;
        held.services.delete(service);
        continue;
      }
      if (this.#budget.rotationDue(key.allowance) && (await this.#rotated(held, service, version))) continue;
      if (await this.#budget.take(key.allowance, count)) return key;
      held.services.delete(service);
    }
    throw new StoreConflictError(`The keys of the service "${service}" change faster than they can be read.`);
  }

  /**
   * Makes sure that the service exists.
   *
   * @returns its active version
   * @throws {@link ServiceNotFoundError}
   */
  require(held: HeldTenant, service: string): Awaitable<number> {
    return atHand(held.lease, held.services, service) ?? this.#activeVersion(held, service);
  }

  /**
   * The key that a header names by its reference.
   *
   * @param keyReference 8 bytes
   * @throws {@link KeyReferenceNotFoundError} when it names none, or another service's
   * @throws {@link KeyStateForbidsError} when the key version must not unwrap
   */
  toUnwrap(held: HeldTenant, service: string, keyReference: Uint8Array): Awaitable<HeldServiceKey> {
    const named = held.references.get(referenceName(keyReference));
    const key =
      named?.service === service
        ? atHand(held.lease, held.serviceKeys, nameOf(service, named.version))
        : undefined;
    if (key !== undefined && keyStates[key.state].unwraps) return key;
    return this.#findToUnwrap(held, service, keyReference);
  }

  async #findToUnwrap(held: HeldTenant, service: string, keyReference: Uint8Array): Promise<HeldServiceKey> {
    const known = held.references.get(referenceName(keyReference));
    const named = known ?? (await this.#named(held, keyReference));
    if (named?.service !== service) {
      throw new KeyReferenceNotFoundError('No key of this scope has the reference in the header.');
    }
    const key = await this.#key(held, service, named.version);
    if (!keyStates[key.state].unwraps) throw forbidden(service, key);
    return key;
  }

  async #named(held: HeldTenant, keyReference: Uint8Array): Promise<NamedServiceKey | undefined> {
    const name = referenceName(keyReference);
    const place = [held.id, encodeBase64url(keyReference)];
    const row = await this.#rows.get<KeyReferenceRow>(tables.keyReference, place);
    if (row === undefined) return undefined;
    held.references.set(name, row.value);
    return row.value;
  }

  async #activeVersion(held: HeldTenant, service: string): Promise<number> {
    return await remember(held.lease, held.services, service, async () => {
      return (await this.#services.get(held.id, service)).value.activeVersion;
    });
  }

  async #key(held: HeldTenant, service: string, version: number): Promise<HeldServiceKey> {
    return await remember(held.lease, held.serviceKeys, nameOf(service, version), (known) =>
      this.#read(held, service, version, known),
    );
  }

  /** Reads the key's row; unwraps it unless the very same wrapping was unwrapped under an earlier lease. */
  async #read(
    held: HeldTenant,
    service: string,
    version: number,
    known?: HeldServiceKey,
  ): Promise<HeldServiceKey> {
    const place = [held.id, service, versionPart(version)];
    const row = (await this.#rows.get<ServiceKeyRow>(tables.serviceKey, place))?.value;
    if (row === undefined) throw missingKey(service, version);
    const { state, wrapped } = row;
    if (known !== undefined && known.wrapped === wrapped) return { ...known, state };
    const keyReference = storedBytes(row.keyReference);
    const { parentVersion } = row;
    const secret = await held.key.unwrap(
      storedBytes(wrapped),
      serviceKeyPlace(held.id, service, { keyReference, version, parentVersion }),
    );
    const key = await this.#backend.wrappingKey(secret);
    held.adopt(key);
    const allowance = this.#budget.allowance(tables.serviceKey, place, row);
    return { version, state, keyReference, wrapped, key, allowance };
  }

  /** @returns whether there is a newer version now; false when the tenant key cannot wrap one any more */
  async #rotated(held: HeldTenant, service: string, version: number): Promise<boolean> {
    try {
      await this.#services.rotate(held, service, version);
    } catch (error) {
      // Rotation is early by half of the budget: the key goes on, up to the bound at which it refuses.
      if (error instanceof WrapBudgetExhaustedError) return false;
      throw error;
    }
    return true;
  }
}

/** What the meaning of a reference is remembered by: one character a byte, which is made faster than the text that is stored. */
function referenceName(keyReference: Uint8Array): string {
  // Eight arguments by hand cost a twentieth of an array that is spread.
  const [a = 0, b = 0, c = 0, d = 0] = [keyReference[0], keyReference[1], keyReference[2], keyReference[3]];
  const [e = 0, f = 0, g = 0, h = 0] = [keyReference[4], keyReference[5], keyReference[6], keyReference[7]];
  return String.fromCharCode(a, b, c, d, e, f, g, h);
}

/** What a key is remembered by. */
function nameOf(service: string, version: number): string {
  return `${service}/${version}`;
}

function forbidden(service: string, { version, state }: HeldServiceKey): KeyStateForbidsError {
  return new KeyStateForbidsError(`Version ${version} of the key of the service "${service}" is ${state}.`);
}
