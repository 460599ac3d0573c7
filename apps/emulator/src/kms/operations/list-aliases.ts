import { aliasArn } from '../keys/key-address.ts';
import { predefinedAliases } from '../keys/managing-services.ts';
import type { Output } from '../wire/answers.ts';
import { findManagedKey } from './find-key.ts';
import { listPage } from './list-page.ts';
import { readMarker } from './marker.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

/** AWS's default. */
const defaultLimit = 50;

interface Entry {
  readonly name: string;
  readonly output: Output;
}

/** AWS KMS API reference, "ListAliases": of the place, predefined ones included, or of one key. */
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
    const made = await listMade(keyId, after, limit + 1, call);
    const found = keyId === undefined ? [...made, ...listPredefined(made, after, call)].sort(byName) : made;
    const { page, end } = listPage(found, limit, caller.operation, ({ name }) => name);
    return { Aliases: page.map(({ output }) => output), ...end };
  },
);

/** At most `limit` aliases that exist, without those whose key is gone. */
async function listMade(
  keyId: string | undefined,
  after: string | undefined,
  limit: number,
  { aliases, caller, keys }: Call,
): Promise<readonly Entry[]> {
  const { accountId, region } = caller;
  const made: Entry[] = [];
  for (let last = after; ; ) {
    const found = await aliases.list(caller, { keyId, after: last, limit });
    for (const { name, record } of found)
      if ((await keys.find({ accountId, region, keyId: record.targetKeyId })) !== undefined)
        made.push({
          name,
          output: {
            AliasArn: aliasArn(caller, name),
            AliasName: name,
            CreationDate: record.createdAtMs / 1000,
            LastUpdatedDate: record.updatedAtMs / 1000,
            TargetKeyId: record.targetKeyId,
          },
        });
    if (found.length < limit || made.length >= limit) return made.slice(0, limit);
    last = found.at(-1)?.name;
  }
}

/** Aliases that AWS has created and that stand for no key yet. */
function listPredefined(
  made: readonly Entry[],
  after: string | undefined,
  { caller }: Call,
): readonly Entry[] {
  const names = new Set(made.map(({ name }) => name));
  return [...predefinedAliases.keys()]
    .filter((name) => !names.has(name) && (after === undefined || name > after))
    .map((name) => ({ name, output: { AliasArn: aliasArn(caller, name), AliasName: name } }));
}

/** Names are ASCII: their units are in the order of their bytes, which is the store's. */
function byName(a: Entry, b: Entry): number {
  return a.name < b.name ? -1 : 1;
}
