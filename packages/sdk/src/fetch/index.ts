export * from '../public-api.ts';
export { createRemoteKeySet } from './create-remote-key-set.ts';
export { Keyfold } from './keyfold.ts';
