import type { Awaitable, CryptoBackend, SecretBytes } from '@keyfold/crypto-core';

/** What follows from a tenant's material. */
type DerivedKind = 'root-tenant-id' | 'tenant-key' | 'service-key' | 'key-reference';

/** Length in bytes. */
const byteLengths: Readonly<Record<DerivedKind, number>> = {
  'root-tenant-id': 16,
  'tenant-key': 32,
  'service-key': 32,
  'key-reference': 8,
};

/** Which key of a tenant; without a service, its own. */
export interface DerivedKey {
  readonly tenant: string;
  readonly service?: string;
  readonly version: number;
}

/**
 * What a seeded tenant has instead of chance: HKDF-SHA256 of its material, with an info that names what it is for. Ids hold no
 * zero byte, which separates the parts. So every emulator that applies the seed has the same keys.
 */
export function derive(
  backend: CryptoBackend,
  material: SecretBytes,
  kind: DerivedKind,
  { tenant, service = '', version }: DerivedKey,
): Awaitable<SecretBytes> {
  const info = Buffer.from(`keyfold emulator/seed/v1/${kind}\0${tenant}\0${service}\0${version}`);
  return backend.hkdfSha256(material, { info, byteLength: byteLengths[kind] });
}
