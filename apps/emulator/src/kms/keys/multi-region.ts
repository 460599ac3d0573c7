import type { Key } from './key.ts';
import type { KeyAddress } from './key-address.ts';
import { isKeyId } from './key-address.ts';

/** Whether a key is no replica: a primary key, or a key of one Region. */
export function isPrimary({ address, record }: Pick<Key, 'address' | 'record'>): boolean {
  return record.multiRegion === undefined || record.multiRegion.primaryRegion === address.region;
}

/** Whether an id is a multi-Region key's; its copies share id, material and ciphertexts. */
export function isMultiRegionId(keyId: string): boolean {
  return keyId.startsWith('mrk-') && isKeyId(keyId);
}

/** The addresses of all copies of a key. */
export function familyOf({ address, record }: Pick<Key, 'address' | 'record'>): readonly KeyAddress[] {
  return record.multiRegion?.regions.map((region) => ({ ...address, region })) ?? [address];
}
