import { KmsFault } from '../faults/kms-fault.ts';
import { ownFault } from '../faults/own-texts.ts';
import { keyArn } from '../keys/key-address.ts';
import { isPrimary } from '../keys/multi-region.ts';
import { findManagedKey } from './find-key.ts';
import { defineOperation, type Operation } from './operation.ts';
import { requireState } from './require-usable.ts';

/** AWS KMS API reference, "UpdatePrimaryRegion": a replica becomes the primary key, which becomes a replica. Done at once. */
export const updatePrimaryRegion: Operation = defineOperation(
  'UpdatePrimaryRegion',
  'UpdatePrimaryRegionRequest',
  async (input, call) => {
    const found = await findManagedKey(input.KeyId, call);
    await call.keys.update(found.address, (key, family) => {
      requireState(key, call.caller.operation);
      const { multiRegion } = key.record;
      if (multiRegion === undefined || !isPrimary(key))
        throw ownFault('multiRegionNotPrimary', { arn: key.arn });
      const successor = family.find(({ address }) => address.region === input.PrimaryRegion);
      if (successor === undefined || successor === key)
        throw new KmsFault(
          'NotFoundException',
          `Key '${keyArn({ ...key.address, region: input.PrimaryRegion })}' does not exist`,
        );
      requireState(successor, call.caller.operation);
      const next = { ...multiRegion, primaryRegion: input.PrimaryRegion };
      return family.map(({ address, record }) => ({ address, record: { ...record, multiRegion: next } }));
    });
    return undefined;
  },
);
