import type { Support } from '../../aws/support.ts';
import { refusal } from '../faults/refusal.ts';
import { findSecret } from './find-secret.ts';
import { defineOperation, type Operation } from './operation.ts';

const refused: Support = {
  support: 'refused',
  note: 'Answers InvalidRequestException: secrets are not replicated to other Regions.',
};

/** AWS Secrets Manager API reference, "ReplicateSecretToRegions". */
export const replicateSecretToRegions: Operation = defineOperation(
  'ReplicateSecretToRegions',
  'ReplicateSecretToRegionsRequest',
  refused,
  async (input, call) => {
    await findSecret(input, call);
    throw refusal('replication');
  },
);

/** AWS Secrets Manager API reference, "RemoveRegionsFromReplication". */
export const removeRegionsFromReplication: Operation = defineOperation(
  'RemoveRegionsFromReplication',
  'RemoveRegionsFromReplicationRequest',
  refused,
  async (input, call) => {
    await findSecret(input, call);
    throw refusal('replication');
  },
);

/** AWS Secrets Manager API reference, "StopReplicationToReplica". */
export const stopReplicationToReplica: Operation = defineOperation(
  'StopReplicationToReplica',
  'StopReplicationToReplicaRequest',
  refused,
  async (input, call) => {
    await findSecret(input, call);
    throw refusal('replication');
  },
);
