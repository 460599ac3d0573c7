import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { aliasArn } from '../keys/key-address.ts';
import { isSymmetric } from '../keys/key-specs.ts';
import { checkAliasName } from './alias-name.ts';
import { findTarget, requireRoom, targetOf } from './create-alias.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS API reference, "UpdateAlias": the new key must be of the same kind and usage as the old one. */
export const updateAlias: Operation = defineOperation(
  'UpdateAlias',
  'UpdateAliasRequest',
  async ({ AliasName, TargetKeyId }, call) => {
    checkAliasName(AliasName);
    const before = await targetOf(AliasName, call);
    if (before === undefined)
      throw new KmsFault('NotFoundException', `Alias ${aliasArn(call.caller, AliasName)} is not found.`);
    const key = await findTarget(TargetKeyId, call);
    requireState(key, 'UpdateAlias');
    const [old, next] = [before.record, key.record];
    if (old.keyUsage !== next.keyUsage || isSymmetric(old.keySpec) !== isSymmetric(next.keySpec))
      throw ownFault('aliasOfOtherKind', { alias: aliasArn(call.caller, AliasName) });
    if (before.address.keyId !== key.address.keyId) await requireRoom(key, call);
    await call.aliases.change(
      call.caller,
      AliasName,
      (record) =>
        record && { ...record, targetKeyId: key.address.keyId, updatedAtMs: call.clock.now().wallMs },
    );
    return undefined;
  },
);
