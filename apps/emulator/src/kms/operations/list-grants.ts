import { type Grant, isGrantId } from '../keys/grant-book.ts';
import { isKeyId } from '../keys/key-address.ts';
import { missingMember } from '../wire/check-constraints.ts';
import { findManagedKey } from './find-key.ts';
import { grantEntry } from './grant-entry.ts';
import { listPage } from './list-page.ts';
import { readMarker } from './marker.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';
import { requireGrantId } from './retire-grant.ts';

/** AWS's default. */
const defaultLimit = 50;

/** AWS KMS API reference, "ListGrants". */
export const listGrants: Operation = defineOperation(
  'ListGrants',
  'ListGrantsRequest',
  async ({ KeyId, GrantId, GranteePrincipal, GranteeServicePrincipal, Limit, Marker }, call) => {
    const { operation } = call.caller;
    const limit = Limit ?? defaultLimit;
    const key = await findManagedKey(KeyId, call);
    if (GrantId !== undefined) requireGrantId(GrantId);
    const after = Marker === undefined ? undefined : readMarker(operation, Marker, isGrantId);
    const found = await take(call.grants.of(key.address, after), limit + 1, ({ id, record }) =>
      [
        [GrantId, id],
        [GranteePrincipal, record.granteePrincipal],
        [GranteeServicePrincipal, record.granteeServicePrincipal],
      ].every(([wanted, value]) => wanted === undefined || wanted === value),
    );
    const { page, end } = listPage(found, limit, operation, ({ id }) => id);
    return { Grants: page.map(grantEntry), ...end };
  },
);

/** AWS KMS API reference, "ListRetirableGrants": over all keys of the caller's account and Region. */
export const listRetirableGrants: Operation = defineOperation(
  'ListRetirableGrants',
  'ListRetirableGrantsRequest',
  async ({ Limit, Marker, RetiringPrincipal, RetiringServicePrincipal }, call) => {
    const { caller } = call;
    const limit = Limit ?? defaultLimit;
    if (RetiringPrincipal === undefined && RetiringServicePrincipal === undefined)
      throw missingMember('retiringPrincipal');
    const after = Marker === undefined ? undefined : placeOfMarker(Marker, call);
    const found = await take(call.grants.in(caller, after), limit + 1, async ({ address, record }) => {
      const isWanted =
        RetiringPrincipal === undefined
          ? record.retiringServicePrincipal === RetiringServicePrincipal
          : record.retiringPrincipal === RetiringPrincipal;
      return isWanted && (await call.keys.find(address)) !== undefined;
    });
    const { page, end } = listPage(
      found,
      limit,
      caller.operation,
      ({ address, id }) => `${address.keyId}/${id}`,
    );
    return { Grants: page.map(grantEntry), ...end };
  },
);

function placeOfMarker(marker: string, { caller }: Call): Pick<Grant, 'address' | 'id'> {
  const text = readMarker(caller.operation, marker, (item) => {
    const [keyId = '', id = '', ...rest] = item.split('/');
    return isKeyId(keyId) && isGrantId(id) && rest.length === 0;
  });
  const [keyId = '', id = ''] = text.split('/');
  return { address: { accountId: caller.accountId, region: caller.region, keyId }, id };
}

async function take(
  grants: AsyncIterable<Grant>,
  limit: number,
  accepts: (grant: Grant) => boolean | Promise<boolean>,
): Promise<readonly Grant[]> {
  const found: Grant[] = [];
  for await (const grant of grants) {
    if (await accepts(grant)) found.push(grant);
    if (found.length === limit) break;
  }
  return found;
}
