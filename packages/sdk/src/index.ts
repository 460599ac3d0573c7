export { createRemoteKeySet } from './key-sets/create-remote-key-set.ts';
export { Keyfold } from './keyfold.ts';
export * from './public-api.ts';
