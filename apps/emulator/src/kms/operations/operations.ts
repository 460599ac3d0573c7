import { disableKey, enableKey } from './change-key-state.ts';
import { createKey } from './create-key.ts';
import { decrypt } from './decrypt.ts';
import { describeKey } from './describe-key.ts';
import { encrypt } from './encrypt.ts';
import { generateDataKey } from './generate-data-key.ts';
import { listKeys } from './list-keys.ts';
import type { Operation } from './operation.ts';

/** The operations that exist. Any other is answered as AWS answers one that it does not know. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [createKey, decrypt, describeKey, disableKey, enableKey, encrypt, generateDataKey, listKeys].map(
    (operation) => [operation.name, operation],
  ),
);
