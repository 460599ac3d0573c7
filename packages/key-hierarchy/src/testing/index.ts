export { type FaultMoment, FaultyStore } from './faulty-store.ts';
export { ManualClock } from './manual-clock.ts';
export { type RootKeyContractCase, rootKeyContract } from './root-key-contract.ts';
export { type StoreContractCase, storeContract } from './store-contract.ts';
export { TestRoot, type TestRootCall } from './test-root.ts';
