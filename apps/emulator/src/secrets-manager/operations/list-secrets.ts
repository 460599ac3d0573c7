import type { ShapeValue } from '../model/shapes.ts';
import { type Page, type Position, pageOf, readToken } from '../secrets/page-token.ts';
import { secretFilter } from '../secrets/secret-filters.ts';
import { secretMembers } from '../secrets/secret-members.ts';
import type { Secret } from '../secrets/secret-record.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

type SortBy = ShapeValue<'SortByType'>;

/** AWS's limit, and what a page has where the request does not say. */
const defaultMaxResults = 100;

const sortKeys: Readonly<Record<SortBy, (secret: Secret) => string | number>> = {
  'created-date': ({ record }) => record.createdAtMs,
  'last-accessed-date': ({ record }) => record.accessedOnMs ?? 0,
  'last-changed-date': ({ record }) => record.changedAtMs,
  name: ({ address }) => address.name,
};

/** AWS Secrets Manager API reference, "ListSecrets". */
export const listSecrets: Operation = defineOperation(
  'ListSecrets',
  'ListSecretsRequest',
  {
    support: 'exact',
    note: 'Up to date at once, where AWS may be five minutes behind. No secret has an owning service. Sorted by name, ascending, a page reads no further than it has to; any other order reads all secrets of the Region.',
  },
  async (input, call) => {
    call.gate.require({ resource: '*', accountId: call.caller.accountId }, input, call);
    const { items, end } = await listPage(input, call);
    return { SecretList: items.map((secret) => secretMembers(secret, 'SecretVersionsToStages')), ...end };
  },
);

/** A page of the secrets that a request's filters let through. */
export async function listPage(
  {
    Filters = [],
    IncludePlannedDeletion = false,
    MaxResults = defaultMaxResults,
    NextToken,
    SortBy = 'created-date',
    SortOrder = 'asc',
  }: ShapeValue<'ListSecretsRequest'>,
  call: Call,
): Promise<Page<Secret>> {
  const list = `${call.caller.operation} ${SortBy} ${SortOrder}`;
  const isDescending = SortOrder === 'desc';
  // The order in which they are stored: names are ASCII.
  const isStoredOrder = SortBy === 'name' && !isDescending;
  const after = isStoredOrder && NextToken !== undefined ? readToken(NextToken, list)[1] : undefined;
  const isWanted = secretFilter(Filters);
  const secrets: Secret[] = [];
  for await (const secret of call.secrets.list(call.caller, after)) {
    if ((IncludePlannedDeletion || secret.record.deletedAtMs === undefined) && isWanted(secret))
      secrets.push(secret);
    // One more than the page has says that the list goes on.
    if (isStoredOrder && secrets.length > MaxResults) break;
  }
  const positionOf = (secret: Secret): Position => [sortKeys[SortBy](secret), secret.address.name];
  return pageOf(secrets, positionOf, { list, limit: MaxResults, token: NextToken, isDescending });
}
