import { findManagedKey } from './find-key.ts';
import { toSeconds } from './key-metadata.ts';
import { defineOperation, type Operation } from './operation.ts';

/** AWS KMS API reference, "GetKeyLastUsage". Uses are known since the emulator started, and the answer says since when. */
export const getKeyLastUsage: Operation = defineOperation(
  'GetKeyLastUsage',
  'GetKeyLastUsageRequest',
  async (input, call) => {
    const key = await findManagedKey(input.KeyId, call);
    const { createdAtMs } = key.record;
    const use = call.uses.last(key);
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
      TrackingStartDate: toSeconds(Math.max(createdAtMs, call.uses.sinceMs)),
    };
  },
);
