import type { Awaitable } from '@keyfold/crypto-core';
import { whenDone } from '../../when-done.ts';
import { parseCiphertextBlob } from '../crypto/ciphertext-blob.ts';
import { readGrantToken } from '../keys/grant-book.ts';
import type { Key } from '../keys/key.ts';
import { readKeyReference } from '../keys/key-reference.ts';
import { lookUpKey } from '../operations/find-key.ts';
import type { Call } from '../operations/operation.ts';
import type { Members } from './access-context.ts';
import type { KeyPermission } from './access-rows.ts';

/** A key that a request is about. */
export interface KeyTarget {
  readonly key: Key;
  readonly requestAlias: string | undefined;
  /** Whether only the ciphertext says which key it is. */
  readonly byCiphertext: boolean;
}

/** The key that a permission is about; undefined where the operation itself will say that there is none. */
export function findTarget(
  permission: KeyPermission,
  members: Members,
  call: Call,
): Awaitable<KeyTarget | undefined> {
  const keyId = members[permission.member];
  // A name that is no alias is the operation's to refuse.
  if (permission.member === 'AliasName' && !String(keyId).startsWith('alias/')) return undefined;
  if (typeof keyId === 'string') {
    const reference = readKeyReference(keyId, call.caller);
    const requestAlias = reference.kind === 'alias' ? reference.name : undefined;
    return whenDone(lookUpKey(reference, call), (key) => key && { key, requestAlias, byCiphertext: false });
  }
  const token = call.caller.operation === 'RetireGrant' ? members['GrantToken'] : undefined;
  const blob = permission.ciphertextMember === undefined ? undefined : members[permission.ciphertextMember];
  const named =
    typeof token === 'string'
      ? readGrantToken(token)?.address
      : Buffer.isBuffer(blob)
        ? addressIn(blob, call)
        : undefined;
  return whenDone(
    named && call.keys.find(named),
    (key) => key && { key, requestAlias: undefined, byCiphertext: typeof token !== 'string' },
  );
}

/** A ciphertext names a key of the caller's own place. */
function addressIn(blob: Buffer, { caller }: Call): Key['address'] | undefined {
  const parts = parseCiphertextBlob(blob);
  return parts && { accountId: caller.accountId, region: caller.region, keyId: parts.keyId };
}
