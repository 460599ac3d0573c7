import type { KeyPlace, Scope } from '@keyfold/crypto-core';

/** A wrapped service key opens in its own tenant, service, version and reference only, and under its own parent. */
export function serviceKeyPlace(
  tenant: string,
  service: string,
  key: { readonly keyReference: Uint8Array; readonly version: number; readonly parentVersion: number },
): KeyPlace {
  const scope: Scope = { kind: 'service', id: service };
  return { purpose: 'service-key', tenant, scope, ...key };
}
