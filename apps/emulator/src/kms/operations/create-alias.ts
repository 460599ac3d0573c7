import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import type { AliasRecord } from '../keys/alias-book.ts';
import type { Key } from '../keys/key.ts';
import { aliasArn } from '../keys/key-address.ts';
import { readKeyReference } from '../keys/key-reference.ts';
import { checkAliasName } from './alias-name.ts';
import { findManagedKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS developer guide, "Resource quotas". */
const maxAliasesPerKey = 50;

/** AWS KMS API reference, "CreateAlias". */
export const createAlias: Operation = defineOperation(
  'CreateAlias',
  'CreateAliasRequest',
  async ({ AliasName, TargetKeyId }, call) => {
    checkAliasName(AliasName);
    const key = await findTarget(TargetKeyId, call);
    requireState(key, 'CreateAlias');
    await requireRoom(key, call);
    const left = await leftBehind(AliasName, call);
    const nowMs = call.clock.now().wallMs;
    const record: AliasRecord = {
      format: 1,
      targetKeyId: key.address.keyId,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    await call.aliases.change(call.caller, AliasName, (before) => {
      if (before === undefined || before.targetKeyId === left?.targetKeyId) return record;
      // As AWS answers: github.com/crossplane-contrib/provider-aws/issues/1741.
      throw new KmsFault(
        'AlreadyExistsException',
        `An alias with the name ${aliasArn(call.caller, AliasName)} already exists`,
      );
    });
    return undefined;
  },
);

/**
 * The key that an alias is to stand for.
 *
 * @throws {KmsFault} ValidationException where it is named by an alias, and what {@link findManagedKey} throws
 */
export async function findTarget(keyId: string, call: Call): Promise<Key> {
  if (readKeyReference(keyId, call.caller).kind === 'alias') throw ownFault('aliasOfAlias');
  return findManagedKey(keyId, call);
}

/** The key that an alias of the caller's stands for; undefined where there is none, or its key is gone. */
export async function targetOf(name: string, { aliases, caller, keys }: Call): Promise<Key | undefined> {
  const alias = await aliases.get(caller, name);
  return alias && keys.find({ accountId: caller.accountId, region: caller.region, keyId: alias.targetKeyId });
}

/** An alias whose key is gone: it stands in nobody's way. */
async function leftBehind(name: string, { aliases, caller, keys }: Call): Promise<AliasRecord | undefined> {
  const alias = await aliases.get(caller, name);
  if (alias === undefined) return undefined;
  const { accountId, region } = caller;
  const key = await keys.find({ accountId, region, keyId: alias.targetKeyId });
  return key === undefined ? alias : undefined;
}

/** @throws {KmsFault} LimitExceededException where the key has as many aliases as it may have */
export async function requireRoom({ address }: Key, { aliases }: Call): Promise<void> {
  const found = await aliases.list(address, { keyId: address.keyId, limit: maxAliasesPerKey });
  if (found.length === maxAliasesPerKey) throw new KmsFault('LimitExceededException');
}
