import type { CryptoBackend } from '@keyfold/crypto-core';
import type { AuthenticatedStore, KeyHierarchy, ServiceInfo } from '@keyfold/key-hierarchy';
import { ApiError } from './api-error.ts';
import { overConflicts } from './over-conflicts.ts';
import { type Repetition, requestTable } from './repetition.ts';
import { sha256Hex } from './sha256-hex.ts';

/** A row of the table of requests: from which version on a rotation was asked for. */
interface RotationRequestRow {
  /** Hex SHA-256 of the request. */
  readonly digest: string;
  readonly fromVersion: number;
}

/** What rotations need. */
interface RotationsDeps {
  readonly hierarchy: KeyHierarchy;
  readonly rows: AuthenticatedStore;
  readonly backend: CryptoBackend;
}

/** Rotations of service keys that may be asked for more than once. */
export interface Rotations {
  /**
   * Makes a new active version; a repetition answers with what is there, once there is a newer version than when the
   * request first came.
   *
   * @throws {@link ApiError} `idempotency_conflict` if the same repetition came with another request before
   */
  rotateOnce(tenant: string, service: string, repetition: Repetition): Promise<ServiceInfo>;
}

export function createRotations({ hierarchy, rows, backend }: RotationsDeps): Rotations {
  /**
   * The last rotation of each repetition that is under way. Requests that repeat each other at the same time take turns;
   * where several processes serve one store, two that meet in different ones may make a version each, which is harmless.
   */
  const underWay = new Map<string, Promise<unknown>>();

  async function requested(
    tenant: string,
    service: string,
    { principalId, idempotencyKey }: Repetition,
  ): Promise<RotationRequestRow> {
    const key = [principalId, idempotencyKey];
    const digest = await sha256Hex(backend, JSON.stringify(['rotateService', tenant, service]));
    return await overConflicts(async () => {
      const known = await rows.get<RotationRequestRow>(requestTable, key);
      if (known !== undefined) {
        if (known.value.digest !== digest) throw new ApiError('idempotency_conflict');
        return known.value;
      }
      const { activeVersion } = await hierarchy.getService(tenant, service);
      const value: RotationRequestRow = { digest, fromVersion: activeVersion };
      await rows.commit([{ table: requestTable, key, expectedRevision: 0, value }]);
      return value;
    });
  }

  async function rotate(tenant: string, service: string, repetition: Repetition): Promise<ServiceInfo> {
    // First the request, then the rotation: between the two lies a version that tells whether it was done.
    const { fromVersion } = await requested(tenant, service, repetition);
    const current = await hierarchy.getService(tenant, service);
    return current.activeVersion > fromVersion ? current : await hierarchy.rotateServiceKey(tenant, service);
  }

  return {
    async rotateOnce(tenant, service, repetition) {
      const name = JSON.stringify([repetition.principalId, repetition.idempotencyKey]);
      const before = underWay.get(name);
      const rotation = (before ?? Promise.resolve()).then(
        () => rotate(tenant, service, repetition),
        () => rotate(tenant, service, repetition),
      );
      underWay.set(name, rotation);
      try {
        return await rotation;
      } finally {
        if (underWay.get(name) === rotation) underWay.delete(name);
      }
    },
  };
}
