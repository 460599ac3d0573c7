export {
  type NodeBackend,
  nodeBackend,
  type SyncDataKeyOpener,
  type SyncDataKeySealer,
  type SyncFreshDataKey,
  type SyncWrappingKey,
} from './node-backend.ts';
