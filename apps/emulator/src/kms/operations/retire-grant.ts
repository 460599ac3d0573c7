import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { type Grant, isGrantId, readGrantToken } from '../keys/grant-book.ts';
import { keyArn } from '../keys/key-address.ts';
import type { ShapeValue } from '../model/shape-value.ts';
import { dryRunSucceeded } from './dry-run-succeeded.ts';
import { findManagedKey } from './find-key.ts';
import { type Call, defineOperation, type Operation } from './operation.ts';

/** AWS KMS API reference, "RetireGrant": by its token, or by its key and id. */
export const retireGrant: Operation = defineOperation(
  'RetireGrant',
  'RetireGrantRequest',
  async (input, call) => {
    const grant = await grantToRetire(input, call);
    if (input.DryRun === true) throw dryRunSucceeded();
    await call.grants.change(grant.address, grant.id, () => undefined);
    return undefined;
  },
);

/** AWS KMS API reference, "RevokeGrant". */
export const revokeGrant: Operation = defineOperation(
  'RevokeGrant',
  'RevokeGrantRequest',
  async ({ KeyId, GrantId, DryRun }, call) => {
    const grant = await findGrant(KeyId, GrantId, call);
    if (DryRun === true) throw dryRunSucceeded();
    await call.grants.change(grant.address, grant.id, () => undefined);
    return undefined;
  },
);

/** @throws {KmsFault} InvalidGrantIdException for what can be no grant's id */
export function requireGrantId(id: string): void {
  if (!isGrantId(id)) throw new KmsFault('InvalidGrantIdException');
}

async function grantToRetire(
  { GrantToken, KeyId, GrantId }: ShapeValue<'RetireGrantRequest'>,
  call: Call,
): Promise<Grant> {
  if (GrantToken !== undefined) {
    const named = readGrantToken(GrantToken);
    if (named === undefined) throw new KmsFault('InvalidGrantTokenException');
    return findGrant(keyArn(named.address), named.id, call);
  }
  if (KeyId === undefined || GrantId === undefined) throw ownFault('grantNotNamed');
  return findGrant(KeyId, GrantId, call);
}

async function findGrant(keyId: string, grantId: string, call: Call): Promise<Grant> {
  const key = await findManagedKey(keyId, call);
  requireGrantId(grantId);
  const grant = await call.grants.get(key.address, grantId);
  if (grant === undefined) throw ownFault('grantMissing', { grant: grantId });
  return grant;
}
