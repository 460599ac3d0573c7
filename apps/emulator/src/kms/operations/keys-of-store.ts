import type { KeyRecord } from '../keys/key-record.ts';
import type { Call } from './operation.ts';

/** The records of the keys in a custom key store of the caller's, of those too that wait for their deletion. */
export async function* keysOfStore(
  storeId: string,
  { caller, keys }: Call,
): AsyncGenerator<KeyRecord, void, undefined> {
  for await (const record of keys.records(caller)) if (record.customKeyStore?.id === storeId) yield record;
}
