export {
  afterRestore,
  type NodeBackend,
  nodeBackend,
  type SyncDataKeyOpener,
  type SyncDataKeySealer,
  type SyncFreshDataKey,
  type SyncWrappingKey,
} from './node-backend.ts';
export type { NodePrimitives, SyncAesGcmKey, SyncEd25519SigningKey } from './node-primitives.ts';
