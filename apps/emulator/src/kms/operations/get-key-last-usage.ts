import { findManagedKey } from './find-key.ts';
import { toSeconds } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS KMS API reference, "GetKeyLastUsage". The answer says since when uses have been looked for. */
export const getKeyLastUsage: Operation = defineOperation(
  'GetKeyLastUsage',
  'GetKeyLastUsageRequest',
  async (input, call) => {
    const key = await findManagedKey(input.KeyId, call);
    const { createdAtMs } = key.record;
    const { use, sinceMs } = await call.uses.last(key);
    return {
      KeyCreationDate: toSeconds(createdAtMs),
      KeyId: key.address.keyId,
      KeyLastUsage:
        use === undefined
          ? {}
          : {
              CloudTrailEventId: use.eventId,
              KmsRequestId: use.requestId,
              Operation: use.operation,
              Timestamp: toSeconds(use.atMs),
            },
      TrackingStartDate: toSeconds(Math.max(createdAtMs, sinceMs)),
    };
  },
);
