import { KmsFault } from '../faults/kms-fault.ts';
import { aliasArn } from '../keys/key-address.ts';
import { checkAliasName } from './alias-name.ts';
import { targetOf } from './create-alias.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS KMS API reference, "DeleteAlias". */
export const deleteAlias: Operation = defineOperation(
  'DeleteAlias',
  'DeleteAliasRequest',
  async ({ AliasName }, call) => {
    checkAliasName(AliasName);
    const target = await targetOf(AliasName, call);
    await call.aliases.change(call.caller, AliasName, (record) => {
      if (target !== undefined && record !== undefined) return undefined;
      throw new KmsFault('NotFoundException', `Alias ${aliasArn(call.caller, AliasName)} is not found.`);
    });
    return undefined;
  },
);
