export type { AwsAccess } from './aws-access.ts';
export type { ClockControl, ClockSetting, Moment } from './clock/emulator-clock.ts';
export {
  type ControlErrorCode,
  controlErrors,
  EmulatorClosedError,
  FaultRuleNotFoundError,
  ForeignSnapshotError,
  InvalidFaultRuleError,
  InvalidStateDocumentError,
  JournalMismatchError,
  SnapshotNotFoundError,
} from './control/control-errors.ts';
export type { FaultControl, FaultHandle } from './control/fault-book.ts';
export type { FaultDelay, FaultEffect, FaultKind, FaultRule, PlainFault } from './control/fault-rule.ts';
export type { ExpectedCount, JournalReader } from './control/journal.ts';
export type {
  JournalContextPart,
  JournalDecision,
  JournalEntry,
  WatchedService,
} from './control/journal-entry.ts';
export type { JournalFilter } from './control/journal-filter.ts';
export { createEmulator } from './create-emulator.ts';
export type { DevelopmentAccess } from './development-access.ts';
export type { Emulator } from './emulator.ts';
export type { EmulatorOptions } from './emulator-options.ts';
export {
  AddressUnavailableError,
  type EmulatorErrorCode,
  emulatorErrors,
  InvalidOptionError,
  PortInUseError,
  StateUnusableError,
  StateUnwritableError,
} from './errors.ts';
export type { AccessKeyOptions, IdentityOptions } from './kms/policy/identity-registry.ts';
export { InvalidIdentityError } from './kms/policy/invalid-identity-error.ts';
export type { RequestRates } from './kms/policy/request-quotas.ts';
export type { SeedSource } from './plant-seed.ts';
export type { SeedCount, SeedCounts } from './seeds/seed-counts.ts';
export { SeedConflictError, type SeedErrorCode, SeedInvalidError, seedErrors } from './seeds/seed-errors.ts';
export type { Snapshot } from './state/snapshot.ts';
export type { StateDocument, StateDocumentRow } from './state/state-document.ts';
