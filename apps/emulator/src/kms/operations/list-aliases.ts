import type { Alias } from '../keys/alias-book.ts';
import { aliasArn } from '../keys/key-address.ts';
import { findManagedKey } from './find-key.ts';
import { listPage } from './list-page.ts';
import { readMarker } from './marker.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

/** AWS's default. */
const defaultLimit = 50;

/** AWS KMS API reference, "ListAliases": of the place, or of one key. */
export const listAliases: Operation = defineOperation(
  'ListAliases',
  'ListAliasesRequest',
  async ({ KeyId, Limit, Marker }, call) => {
    const { caller } = call;
    const limit = Limit ?? defaultLimit;
    const after =
      Marker === undefined
        ? undefined
        : readMarker(caller.operation, Marker, (text) => text.startsWith('alias/'));
    const keyId = KeyId === undefined ? undefined : (await findManagedKey(KeyId, call)).address.keyId;
    const found = await existing(await listSome(keyId, after, limit + 1, call), call);
    const { page, end } = listPage(found, limit, caller.operation, ({ name }) => name);
    return {
      Aliases: page.map(({ name, record }) => ({
        AliasArn: aliasArn(caller, name),
        AliasName: name,
        CreationDate: record.createdAtMs / 1000,
        LastUpdatedDate: record.updatedAtMs / 1000,
        TargetKeyId: record.targetKeyId,
      })),
      ...end,
    };
  },
);

function listSome(
  keyId: string | undefined,
  after: string | undefined,
  limit: number,
  { aliases, caller }: Call,
): Promise<readonly Alias[]> {
  return aliases.list(caller, { keyId, after, limit });
}

/** Without those whose key is gone. */
async function existing(found: readonly Alias[], { caller, keys }: Call): Promise<readonly Alias[]> {
  const targets = await Promise.all(
    found.map(({ record }) =>
      keys.find({ accountId: caller.accountId, region: caller.region, keyId: record.targetKeyId }),
    ),
  );
  return found.filter((_, at) => targets[at] !== undefined);
}
