import {
  type DataKeyHeader,
  type DataKeyWrapping,
  dataKeyHeader,
  type KeyPlace,
  SecretBytes,
} from '@keyfold/crypto-core';
import { nodeBackend, type SyncWrappingKey } from '@keyfold/crypto-core/node';
import type { ApiErrorCode } from '@keyfold/protocol';
import type { KeyScope } from '../../src/key-scope.ts';

interface KeyVersion {
  readonly version: number;
  readonly reference: Uint8Array;
  readonly key: SyncWrappingKey;
}

/** A refusal of a whole request. */
export class Refusal extends Error {
  readonly code: ApiErrorCode;
  constructor(code: ApiErrorCode) {
    super(code);
    this.code = code;
  }
}

/** What the service does with data keys, in a few lines but with real cryptography. */
export class KeyAuthority {
  /** What every answer says is left of the lease, in milliseconds. */
  leaseRemainingMs = 60_000;
  /** Tenants whose every request is refused, and with what. */
  readonly refusedTenants = new Map<string, ApiErrorCode>();
  readonly #versions = new Map<string, KeyVersion[]>();

  wrap(scope: KeyScope, dataKey: SecretBytes, commitment: Uint8Array): DataKeyWrapping {
    const { version, reference, key } = this.#activeVersion(scope);
    const place = placeOf(scope, version, reference, commitment);
    return { keyReference: reference, wrapped: key.wrap(dataKey, place) };
  }

  unwrap(scope: KeyScope, header: DataKeyHeader): SecretBytes | ApiErrorCode {
    const found = this.#versionsOf(scope).find(({ reference }) => equal(reference, header.keyReference));
    if (found === undefined) return 'key_reference_not_found';
    const place = placeOf(scope, found.version, found.reference, header.commitment);
    try {
      return found.key.unwrap(header.wrapped, place);
    } catch {
      return 'key_unwrap_failed';
    }
  }

  rewrap(scope: KeyScope, header: DataKeyHeader): DataKeyHeader | ApiErrorCode {
    const dataKey = this.unwrap(scope, header);
    if (!(dataKey instanceof SecretBytes)) return dataKey;
    return dataKeyHeader(this.wrap(scope, dataKey, header.commitment), header.commitment);
  }

  /** Gives the scope a new active version. */
  rotate(scope: KeyScope): number {
    const versions = this.#versionsOf(scope);
    const version = versions.length + 1;
    versions.push({
      version,
      reference: nodeBackend.randomBytes(8),
      key: nodeBackend.wrappingKey(SecretBytes.random(32)),
    });
    return version;
  }

  /** @throws Refusal while the tenant is refused */
  admit(tenant: string): void {
    const code = this.refusedTenants.get(tenant);
    if (code !== undefined) throw new Refusal(code);
  }

  #activeVersion(scope: KeyScope): KeyVersion {
    const versions = this.#versionsOf(scope);
    if (versions.length === 0) this.rotate(scope);
    const active = versions.at(-1);
    if (active === undefined) throw new Error('unreachable');
    return active;
  }

  #versionsOf({ mapKey }: KeyScope): KeyVersion[] {
    const versions = this.#versions.get(mapKey) ?? [];
    this.#versions.set(mapKey, versions);
    return versions;
  }
}

function placeOf(
  { tenant, scope }: KeyScope,
  parentVersion: number,
  keyReference: Uint8Array,
  commitment: Uint8Array,
): KeyPlace {
  return { purpose: 'data-key', tenant, scope, keyReference, version: 0, parentVersion, commitment };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return nodeBackend.constantTimeEqual(a, b);
}
