import { type ErrorLayer, KeyfoldError } from '@keyfold/crypto-core';

/** What can be wrong with what an emulator is told to do while it runs. */
export type ControlErrorCode =
  | 'journal_mismatch'
  | 'invalid_fault_rule'
  | 'invalid_state_document'
  | 'foreign_snapshot'
  | 'snapshot_not_found'
  | 'fault_rule_not_found'
  | 'emulator_closed';

/** For each code, its HTTP status in the control API, where its cause lies and the way out. */
export const controlErrors: Readonly<
  Record<
    ControlErrorCode,
    {
      readonly status: number;
      readonly layer: ErrorLayer;
      readonly hint: string;
      readonly retryable?: boolean;
    }
  >
> = {
  journal_mismatch: {
    status: 409,
    layer: 'api',
    hint: 'Look at the requests that came: journal.find() or GET /_emulator/journal lists them.',
  },
  invalid_fault_rule: {
    status: 400,
    layer: 'config',
    hint: 'Correct the rule; /_emulator/openapi.json describes what rules can say.',
  },
  invalid_state_document: {
    status: 400,
    layer: 'store',
    hint: 'Import what this version, or an older one, has exported. Nothing was changed.',
  },
  foreign_snapshot: {
    status: 400,
    layer: 'config',
    hint: 'Restore a snapshot of this emulator; take state to another one with export and import.',
  },
  snapshot_not_found: {
    status: 404,
    layer: 'api',
    hint: 'List the snapshots for their ids; a restart forgets them.',
  },
  fault_rule_not_found: { status: 404, layer: 'api', hint: 'List the fault rules for their ids.' },
  emulator_closed: { status: 503, layer: 'config', hint: 'Start another emulator.' },
};

/** The requests that came are not those that were expected. */
export class JournalMismatchError extends KeyfoldError {
  readonly code = 'journal_mismatch';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...controlErrors.journal_mismatch, ...options });
  }
}

/** A fault rule that makes no sense. */
export class InvalidFaultRuleError extends KeyfoldError {
  readonly code = 'invalid_fault_rule';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...controlErrors.invalid_fault_rule, ...options });
  }
}

/** A document that is not an emulator's exported state. */
export class InvalidStateDocumentError extends KeyfoldError {
  readonly code = 'invalid_state_document';
  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...controlErrors.invalid_state_document, ...options });
  }
}

/** A snapshot that another emulator took. */
export class ForeignSnapshotError extends KeyfoldError {
  readonly code = 'foreign_snapshot';
  constructor(options?: ErrorOptions) {
    super('The snapshot is of another emulator.', { ...controlErrors.foreign_snapshot, ...options });
  }
}

/** The control API has no snapshot of this id. */
export class SnapshotNotFoundError extends KeyfoldError {
  readonly code = 'snapshot_not_found';
  constructor(options?: ErrorOptions) {
    super('There is no such snapshot.', { ...controlErrors.snapshot_not_found, ...options });
  }
}

/** The control API has no fault rule of this id. */
export class FaultRuleNotFoundError extends KeyfoldError {
  readonly code = 'fault_rule_not_found';
  constructor(options?: ErrorOptions) {
    super('There is no such fault rule.', { ...controlErrors.fault_rule_not_found, ...options });
  }
}

/** The emulator has been closed. */
export class EmulatorClosedError extends KeyfoldError {
  readonly code = 'emulator_closed';
  constructor(options?: ErrorOptions) {
    super('The emulator is closed.', { ...controlErrors.emulator_closed, ...options });
  }
}
